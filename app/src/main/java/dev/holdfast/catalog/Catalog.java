package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogCommand.Imported;
import dev.holdfast.catalog.CatalogCommand.KeyReused;
import dev.holdfast.catalog.CatalogCommand.KeyRunning;
import dev.holdfast.catalog.CatalogCommand.Outcome;
import dev.holdfast.catalog.CatalogCommand.PutProduct;
import dev.holdfast.catalog.CatalogCommand.PutProducts;
import dev.holdfast.catalog.CatalogCommand.Stored;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.CombinedReads;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.RequestKeys;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Products and prices: reads from the pool, writes through the lane.
final class Catalog implements CatalogApi {

    /// Products in one statement: enough to make the round trip cheap, few enough that a batch stays short.
    static final int SET = 1_000;

    private final ProductStore store;
    private final GroupCommit<CatalogCommand, Outcome> lane;
    private final CatalogSettings settings;
    private final CombinedReads<Product> products = new CombinedReads<>(this::read);

    Catalog(ProductStore store, GroupCommit<CatalogCommand, Outcome> lane, CatalogSettings settings) {
        this.store = store;
        this.lane = lane;
        this.settings = settings;
    }

    @Override
    public Map<String, Product> find(List<String> skus) {
        // NUL is the one character PostgreSQL cannot even be asked about.
        return products.find(skus.stream().filter(sku -> sku.indexOf('\0') < 0).toList());
    }

    private Map<String, Product> read(Set<String> skus) {
        return store.find(skus).stream()
                .map(this::withDefaults)
                .collect(Collectors.toMap(Product::sku, Function.identity()));
    }

    Optional<Product> find(String sku) {
        return Optional.ofNullable(find(List.of(sku)).get(sku));
    }

    /// @param query looked for in sku and name, in any case; empty: everything
    List<Product> search(String query, String after, int limit) {
        return store.search(query.toLowerCase(Locale.ROOT), after, limit).stream()
                .map(this::withDefaults)
                .toList();
    }

    @Override
    public void importProducts(List<Product> products) {
        requireValid(products);
        for (int from = 0; from < products.size(); from += SET) {
            putAll(products.subList(from, Math.min(products.size(), from + SET)));
        }
    }

    static void requireValid(List<Product> products) {
        for (var product : products) {
            var flaw = ProductRules.flaw(product);
            if (flaw != null) {
                throw new IllegalArgumentException(
                        "product '" + product.sku() + "': " + flaw.member() + " " + flaw.reason());
            }
        }
    }

    /// One set of valid products, in one transaction.
    void putAll(List<Product> products) {
        lane.submit(new PutProducts(List.copyOf(products)));
    }

    /// @param product a valid one
    /// @param key null when the caller sent none
    Stored put(Product product, RequestKeys.Key key) {
        return switch (lane.submit(new PutProduct(product, key))) {
            case Stored(var stored, var created) -> new Stored(withDefaults(stored), created);
            case KeyReused() -> throw new KeyReusedException(key.key());
            case KeyRunning() -> throw IdempotencyKey.stillRunning();
            case Imported imported -> throw new IllegalStateException("a product answered by " + imported);
        };
    }

    private Product withDefaults(Product product) {
        return new Product(
                product.sku(),
                product.name(),
                product.price(),
                product.weightKg() == null ? settings.defaultWeightKg() : product.weightKg(),
                product.dimensions() == null
                        ? new Size(settings.defaultLengthCm(), settings.defaultWidthCm(), settings.defaultHeightCm())
                        : product.dimensions());
    }
}
