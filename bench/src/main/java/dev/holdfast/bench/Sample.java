package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;

/// A database with stock and one completed checkout, which others are copies of, and what that checkout wrote.
final class Sample {

    private static final String FIND_ORDER = "SELECT order_id FROM orders.orders";

    private Sample() {}

    /// @param database is created, and nobody is connected to it afterwards
    static OrderTemplate take(BenchCluster cluster, String database, int products) throws Exception {
        cluster.createDatabase(database);
        try (var shop = BenchShop.open(cluster, database);
                var db = cluster.database(database).getConnection()) {
            ProductContender.stock(shop, products);
            OrderTemplate.startKeeping(db);
            var one = new ProductContender(shop, new Meter(cluster, database), new CheckoutLoad(products), 1);
            if (one.run(1).failed() > 0) {
                throw new IllegalStateException("the sample checkout did not complete");
            }
            var taken = OrderTemplate.taken(db, onlyOrder(db));
            OrderTemplate.stopKeeping(db);
            return taken;
        }
    }

    private static String onlyOrder(Connection db) throws SQLException {
        try (var statement = db.createStatement();
                var row = statement.executeQuery(FIND_ORDER)) {
            row.next();
            return row.getString(1);
        }
    }
}
