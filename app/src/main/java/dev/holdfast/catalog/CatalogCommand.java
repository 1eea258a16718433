package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.platform.RequestKeys;
import java.util.List;

/// What the catalog's lane is asked to write.
sealed interface CatalogCommand {

    /// @param key null: the product's sku is identity enough
    record PutProduct(Product product, RequestKeys.Key key) implements CatalogCommand {}

    record PutProducts(List<Product> products) implements CatalogCommand {}

    /// What became of it.
    sealed interface Outcome permits Stored, Imported, KeyReused, KeyRunning {}

    record Stored(Product product, boolean created) implements Outcome {}

    record Imported(int products) implements Outcome {}

    record KeyReused() implements Outcome {}

    /// Another node is at work on it.
    record KeyRunning() implements Outcome {}
}
