package dev.holdfast.cart;

import dev.holdfast.platform.Money;
import dev.holdfast.testing.TestDatabase;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A price list in a table.
final class TablePrices implements PriceList {

    private final JdbcClient db;

    TablePrices(TestDatabase database) {
        database.execute("CREATE TABLE prices (sku text PRIMARY KEY, amount bigint, currency text)");
        db = JdbcClient.create(database.dataSource());
    }

    TablePrices with(String sku, long amount, String currency) {
        db.sql("""
                        INSERT INTO prices (sku, amount, currency) VALUES (?, ?, ?)
                            ON CONFLICT (sku) DO UPDATE SET amount = excluded.amount
                        """).params(sku, amount, currency).update();
        return this;
    }

    void without(String sku) {
        db.sql("DELETE FROM prices WHERE sku = ?").param(sku).update();
    }

    @Override
    public Map<String, Shown> shown(Collection<String> skus) {
        return db
                .sql("SELECT sku, amount, currency FROM prices WHERE sku = ANY (?)")
                .param(skus.toArray(String[]::new))
                .query((row, n) -> Map.entry(
                        row.getString(1),
                        new Shown("The " + row.getString(1), Money.of(row.getLong(2), row.getString(3)))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
