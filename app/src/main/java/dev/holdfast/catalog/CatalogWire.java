package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Role;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [CatalogApi] as it travels between processes.
final class CatalogWire {

    static final Operation<List<String>, Map<String, Product>> FIND =
            Operation.of("find", new TypeReference<>() {}, new TypeReference<>() {});
    static final Operation<List<Product>, Boolean> IMPORT =
            Operation.of("import", new TypeReference<>() {}, new TypeReference<>() {});

    private CatalogWire() {}

    static Offer offer(CatalogApi catalog) {
        return Offer.of(Role.CATALOG).on(FIND, catalog::find).on(IMPORT, products -> {
            catalog.importProducts(products);
            return true;
        });
    }
}
