package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.inventory.InventoryApi.Reservation;
import dev.holdfast.inventory.InventoryApi.WarehouseStock;
import dev.holdfast.platform.CombinedReads;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/// What readers ask: through the pool, never through the lane, and never holding a snapshot longer than one
/// statement.
final class InventoryReads {

    /// A hold whose deadline is over does not wait for the sweeper to count as available again. `now()` and not the
    /// wall clock's function, which is volatile: with it the index on deadlines could not be used.
    private static final String FIND_AVAILABLE = """
            WITH lapsed AS (
                SELECT product_id, warehouse_id, sum(quantity) AS quantity
                  FROM inventory.reservation_lines
                 WHERE expires_at <= now()
                   AND product_id = ANY (?)
                 GROUP BY product_id, warehouse_id
            )
            SELECT i.product_id, i.warehouse_id,
                   i.available + coalesce(l.quantity, 0), i.reserved - coalesce(l.quantity, 0)
              FROM inventory.stock i
              LEFT JOIN lapsed l ON l.product_id = i.product_id AND l.warehouse_id = i.warehouse_id
             WHERE i.product_id = ANY (?)
             ORDER BY i.product_id, i.warehouse_id
            """;

    private static final String FIND = "SELECT " + ReservationTable.COLUMNS + """
                 , expires_at <= now() AS lapsed
              FROM inventory.reservations
             WHERE reservation_id = ?
            """;

    private static final String LIST = "SELECT " + ReservationTable.COLUMNS + """
              FROM inventory.reservations
             WHERE reservation_id > ?
             ORDER BY reservation_id
             LIMIT ?
            """;

    private static final String FIND_LAPSED = """
            SELECT reservation_id
              FROM inventory.reservations
             WHERE expires_at <= now()
             ORDER BY expires_at
             LIMIT ?
            """;

    private static final String FIND_LAPSED_OF_PRODUCT = """
            WITH lapsed AS MATERIALIZED (
                SELECT reservation_id, lines
                  FROM inventory.reservations
                 WHERE expires_at <= now()
            )
            SELECT r.reservation_id
              FROM lapsed r
             WHERE EXISTS (SELECT FROM string_to_table(r.lines, E'\\n') AS line WHERE split_part(line, E'\\t', 1) = ?)
             LIMIT ?
            """;

    private final DataSource pool;
    private final CombinedReads<Availability> available = new CombinedReads<>(this::read);

    InventoryReads(DataSource pool) {
        this.pool = pool;
    }

    /// In the order asked for; products that were never stocked are left out.
    List<Availability> availability(List<String> productIds) {
        // NUL is the one character PostgreSQL cannot even be asked about.
        var askable = productIds.stream()
                .filter(id -> id != null && id.indexOf('\0') < 0)
                .toList();
        var found = available.find(askable);
        return askable.stream()
                .distinct()
                .map(found::get)
                .filter(Objects::nonNull)
                .toList();
    }

    private Map<String, Availability> read(Set<String> productIds) {
        var byProduct = new HashMap<String, List<WarehouseStock>>();
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(FIND_AVAILABLE)) {
            SqlArrays.text(statement, 1, productIds);
            SqlArrays.text(statement, 2, productIds);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    byProduct
                            .computeIfAbsent(result.getString(1), _ -> new ArrayList<>())
                            .add(new WarehouseStock(result.getString(2), result.getLong(3), result.getLong(4)));
                }
            }
        } catch (SQLException e) {
            throw new InventoryReadException("cannot read the availability of " + productIds.size() + " products", e);
        }
        var all = HashMap.<String, Availability>newHashMap(byProduct.size());
        byProduct.forEach((product, stock) -> all.put(product, sum(product, stock)));
        return all;
    }

    private static Availability sum(String product, List<WarehouseStock> stock) {
        return new Availability(
                product,
                stock.stream().mapToLong(WarehouseStock::available).sum(),
                stock.stream().mapToLong(WarehouseStock::reserved).sum(),
                List.copyOf(stock));
    }

    Optional<Reservation> find(String reservationId) {
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(FIND)) {
            statement.setString(1, reservationId);
            try (var result = statement.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var row = ReservationTable.read(result);
                return Optional.of(view(row, result.getBoolean("lapsed") ? Status.EXPIRED : row.status()));
            }
        } catch (SQLException e) {
            throw new InventoryReadException("cannot read reservation '" + reservationId + "'", e);
        }
    }

    List<Reservation> list(String after, int limit) {
        var page = new ArrayList<Reservation>();
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(LIST)) {
            statement.setString(1, after == null ? "" : after);
            statement.setInt(2, limit);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    var row = ReservationTable.read(result);
                    page.add(view(row, row.status()));
                }
            }
        } catch (SQLException e) {
            throw new InventoryReadException("cannot list reservations after '" + after + "'", e);
        }
        return page;
    }

    /// Lapsed holds, the oldest deadline first.
    List<String> lapsed(int limit) {
        return lapsed(FIND_LAPSED, null, limit);
    }

    List<String> lapsedOf(String productId, int limit) {
        return lapsed(FIND_LAPSED_OF_PRODUCT, productId, limit);
    }

    private List<String> lapsed(String query, String productId, int limit) {
        var found = new ArrayList<String>();
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(query)) {
            int index = 1;
            if (productId != null) {
                statement.setString(index++, productId);
            }
            statement.setInt(index, limit);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    found.add(result.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new InventoryReadException("cannot look for lapsed holds", e);
        }
        return found;
    }

    private static Reservation view(ReservationRow row, Status status) {
        return new Reservation(
                row.id(), row.sagaId(), status.code(), status == Status.HELD ? row.expiresAt() : null, row.held());
    }
}
