package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.catalog.CatalogApi.Size;
import dev.holdfast.catalog.CatalogCommand.Imported;
import dev.holdfast.catalog.CatalogCommand.KeyReused;
import dev.holdfast.catalog.CatalogCommand.KeyRunning;
import dev.holdfast.catalog.CatalogCommand.Outcome;
import dev.holdfast.catalog.CatalogCommand.PutProduct;
import dev.holdfast.catalog.CatalogCommand.PutProducts;
import dev.holdfast.catalog.CatalogCommand.Stored;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The rows of the catalog.
final class ProductStore {

    /// A row that says the same already is left alone: an import repeated every night writes what changed.
    private static final String PUT = """
            INSERT INTO catalog.products AS p
                   (sku, name, amount_minor, currency, weight_kg, length_cm, width_cm, height_cm, updated_at)
            SELECT sku, name, amount_minor, currency, weight_kg, length_cm, width_cm, height_cm, updated_at
              FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[],
                          ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[])
                   AS put (sku, name, amount_minor, currency, weight_kg, length_cm, width_cm, height_cm, updated_at)
             ORDER BY sku COLLATE "C"
                ON CONFLICT (sku) DO UPDATE
               SET name = excluded.name, amount_minor = excluded.amount_minor, currency = excluded.currency,
                   weight_kg = excluded.weight_kg, length_cm = excluded.length_cm, width_cm = excluded.width_cm,
                   height_cm = excluded.height_cm, updated_at = excluded.updated_at
             WHERE (p.name, p.amount_minor, p.currency, p.weight_kg, p.length_cm, p.width_cm, p.height_cm)
                   IS DISTINCT FROM
                   (excluded.name, excluded.amount_minor, excluded.currency, excluded.weight_kg,
                    excluded.length_cm, excluded.width_cm, excluded.height_cm)
            """;

    private static final String KNOWN = """
            SELECT sku FROM catalog.products WHERE sku = ANY (?)
            """;

    private static final String FIND = """
            SELECT sku, name, amount_minor, currency, weight_kg, length_cm, width_cm, height_cm
              FROM catalog.products
             WHERE sku = ANY (?)
            """;

    /// Walks the primary key and stops at a full page. A word that few products have reads the whole table, tenths
    /// of a second for 200,000 products; a text index would cost every price change more than that is worth. The
    /// collation is PostgreSQL's own (17 and later): letters of every language have a lower case, whatever the
    /// database's locale.
    private static final String SEARCH = """
            SELECT sku, name, amount_minor, currency, weight_kg, length_cm, width_cm, height_cm
              FROM catalog.products
             WHERE sku > ?
               AND (strpos(lower(sku COLLATE "pg_c_utf8"), ?) > 0 OR strpos(lower(name COLLATE "pg_c_utf8"), ?) > 0)
             ORDER BY sku
             LIMIT ?
            """;

    private final JdbcClient reads;
    private final RequestKeys keys;
    private final Clock clock;

    ProductStore(DataSource pool, RequestKeys keys, Clock clock) {
        this.reads = JdbcClient.create(pool);
        this.keys = keys;
        this.clock = clock;
    }

    List<Product> find(Collection<String> skus) {
        return reads.sql(FIND)
                .param(skus.toArray(String[]::new))
                .query((row, n) -> product(row))
                .list();
    }

    /// @param words in lower case; empty: every product
    /// @param after the last sku of the page before, or empty
    List<Product> search(String words, String after, int limit) {
        return reads.sql(SEARCH)
                .params(after, words, words, limit)
                .query((row, n) -> product(row))
                .list();
    }

    /// The lane's work. A product is replaced whole, so running a batch again writes the same; of two commands on
    /// one product the later one stands, as if they had come one after the other.
    List<Outcome> run(Connection db, List<CatalogCommand> commands) throws SQLException {
        var round = keys.claim(
                db,
                commands.stream()
                        .map(command -> command instanceof PutProduct put ? put.key() : null)
                        .toList());
        var known = known(db, commands);
        var dirty = new TreeMap<String, Product>();
        var outcomes = new ArrayList<Outcome>(commands.size());
        for (var command : commands) {
            outcomes.add(
                    switch (command) {
                        case PutProduct put -> put(put, round, known, dirty);
                        case PutProducts(var products) -> {
                            products.forEach(product -> dirty.put(product.sku(), product));
                            yield new Imported(products.size());
                        }
                    });
        }
        write(db, dirty.values());
        round.record(db);
        return outcomes;
    }

    /// Writes products, no sku twice, in whatever transaction `db` is in.
    void write(Connection db, Collection<Product> products) throws SQLException {
        var rows =
                Columns.of("text", "text", "int8", "text", "numeric", "numeric", "numeric", "numeric", "timestamptz");
        for (var product : products) {
            var size = product.dimensions() == null ? new Size(null, null, null) : product.dimensions();
            rows.add(
                    product.sku(),
                    product.name(),
                    product.price().amount(),
                    product.price().code(),
                    product.weightKg(),
                    size.length(),
                    size.width(),
                    size.height(),
                    clock.instant());
        }
        rows.run(db, PUT);
    }

    private static Outcome put(
            PutProduct put, RequestKeys.Round round, Set<String> known, TreeMap<String, Product> dirty) {
        return switch (round.ask(put.key())) {
            case RequestKeys.Replay(var response) -> Json.read(response, Stored.class);
            case RequestKeys.Reused() -> new KeyReused();
            case RequestKeys.Running() -> new KeyRunning();
            case RequestKeys.New() -> {
                var product = put.product();
                var stored = new Stored(product, known.add(product.sku()));
                dirty.put(product.sku(), product);
                round.answered(put.key(), Json.write(stored));
                yield stored;
            }
        };
    }

    /// Only for telling "created" from "replaced"; a product that another node creates at this moment is said to be
    /// created twice, which changes nothing.
    private static Set<String> known(Connection db, List<CatalogCommand> commands) throws SQLException {
        var skus = commands.stream()
                .filter(PutProduct.class::isInstance)
                .map(command -> ((PutProduct) command).product().sku())
                .toArray();
        var known = new HashSet<String>();
        if (skus.length > 0) {
            try (var statement = db.prepareStatement(KNOWN)) {
                statement.setArray(1, db.createArrayOf("text", skus));
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        known.add(rows.getString(1));
                    }
                }
            }
        }
        return known;
    }

    private static Product product(ResultSet row) throws SQLException {
        var length = row.getBigDecimal("length_cm");
        return new Product(
                row.getString("sku"),
                row.getString("name"),
                Money.of(row.getLong("amount_minor"), row.getString("currency")),
                row.getBigDecimal("weight_kg"),
                length == null
                        ? null
                        : new Size(length, row.getBigDecimal("width_cm"), row.getBigDecimal("height_cm")));
    }
}
