package dev.holdfast.catalog;

import dev.holdfast.platform.remote.RemoteService;
import java.util.List;
import java.util.Map;

/// The catalog of another process.
final class RemoteCatalog implements CatalogApi {

    private final RemoteService service;

    RemoteCatalog(RemoteService service) {
        this.service = service;
    }

    @Override
    public Map<String, Product> find(List<String> skus) {
        return service.call(CatalogWire.FIND, skus);
    }

    /// In sets, as the catalog does it itself: a request carries so many. Looked through here, before the first set
    /// leaves: of a list with a mistake nothing is imported.
    @Override
    public void importProducts(List<Product> products) {
        Catalog.requireValid(products);
        for (int from = 0; from < products.size(); from += Catalog.SET) {
            service.call(
                    CatalogWire.IMPORT,
                    List.copyOf(products.subList(from, Math.min(products.size(), from + Catalog.SET))));
        }
    }
}
