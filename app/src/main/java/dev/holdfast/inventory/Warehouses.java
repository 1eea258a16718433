package dev.holdfast.inventory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/// The warehouses, and which of them serves a country first. Read from memory, at most [#STALE] old: the order is a
/// preference, an outdated one sends a parcel farther and sells nothing twice.
final class Warehouses {

    static final String DEFAULT = "main";

    private static final Duration STALE = Duration.ofSeconds(30);

    private static final String LIST = """
            SELECT warehouse_id, name, country, latitude, longitude, priority
              FROM inventory.warehouses
             ORDER BY priority, warehouse_id
            """;

    private static final String PUT = """
            INSERT INTO inventory.warehouses AS w (warehouse_id, name, country, latitude, longitude, priority)
            VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT ON CONSTRAINT warehouses_pk DO UPDATE
               SET name = excluded.name, country = excluded.country, latitude = excluded.latitude,
                   longitude = excluded.longitude, priority = excluded.priority
            """;

    /// @param country ISO 3166-1 alpha-2
    /// @param latitude degrees north
    /// @param longitude degrees east
    /// @param priority the lower comes first where distance cannot decide
    record Warehouse(
            String warehouseId, String name, String country, double latitude, double longitude, int priority) {}

    /// A point on Earth, in degrees.
    private record Point(double latitude, double longitude) {

        /// The central angle between two points, in radians, by the haversine formula: distances compare as angles
        /// do.
        double angleTo(double otherLatitude, double otherLongitude) {
            double north = Math.toRadians(otherLatitude - latitude) / 2;
            double east = Math.toRadians(otherLongitude - longitude) / 2;
            double h = Math.pow(Math.sin(north), 2)
                    + Math.cos(Math.toRadians(latitude))
                            * Math.cos(Math.toRadians(otherLatitude))
                            * Math.pow(Math.sin(east), 2);
            return 2 * Math.asin(Math.min(1, Math.sqrt(h)));
        }
    }

    /// What is known, and the orders made of it so far. Replaced as a whole.
    private record Known(Instant at, List<Warehouse> byPriority, Map<String, List<String>> nearest) {}

    private final DataSource pool;
    private final Clock clock;
    private final Map<String, Point> centres = centres();
    private volatile Known known;

    Warehouses(DataSource pool, Clock clock) {
        this.pool = pool;
        this.clock = clock;
    }

    List<Warehouse> all() {
        return known().byPriority();
    }

    boolean exists(String warehouseId) {
        return contains(known(), warehouseId) || contains(refresh(), warehouseId);
    }

    void put(Warehouse warehouse) {
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(PUT)) {
            statement.setString(1, warehouse.warehouseId());
            statement.setString(2, warehouse.name());
            statement.setString(3, warehouse.country());
            statement.setDouble(4, warehouse.latitude());
            statement.setDouble(5, warehouse.longitude());
            statement.setInt(6, warehouse.priority());
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new InventoryReadException("cannot write warehouse '" + warehouse.warehouseId() + "'", e);
        }
        refresh();
    }

    /// Warehouse ids, the nearest to the country's centre first; by priority when the country is null or unknown.
    List<String> nearestTo(String country) {
        var now = known();
        return now.nearest().computeIfAbsent(Objects.requireNonNullElse(country, ""), code -> order(now, code));
    }

    private List<String> order(Known now, String country) {
        var centre = centres.get(country);
        var warehouses = new ArrayList<>(now.byPriority());
        if (centre != null) {
            // The sort is stable: at the same distance, priority decides.
            warehouses.sort(Comparator.comparingDouble(one -> centre.angleTo(one.latitude(), one.longitude())));
        }
        return warehouses.stream().map(Warehouse::warehouseId).toList();
    }

    private Known known() {
        var now = known;
        boolean fresh = now != null && clock.instant().isBefore(now.at().plus(STALE));
        return fresh ? now : refresh();
    }

    private Known refresh() {
        var warehouses = new ArrayList<Warehouse>();
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(LIST);
                var result = statement.executeQuery()) {
            while (result.next()) {
                warehouses.add(new Warehouse(
                        result.getString(1),
                        result.getString(2),
                        result.getString(3),
                        result.getDouble(4),
                        result.getDouble(5),
                        result.getInt(6)));
            }
        } catch (SQLException e) {
            throw new InventoryReadException("cannot read the warehouses", e);
        }
        var fresh = new Known(clock.instant(), List.copyOf(warehouses), new ConcurrentHashMap<>());
        known = fresh;
        return fresh;
    }

    private static boolean contains(Known known, String warehouseId) {
        return known.byPriority().stream().anyMatch(one -> one.warehouseId().equals(warehouseId));
    }

    /// Rough centres of countries by ISO 3166-1 alpha-2, to a tenth of a degree: enough to tell near from far.
    private static Map<String, Point> centres() {
        var centres = new HashMap<String, Point>();
        try (var reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Warehouses.class.getResourceAsStream("/inventory/countries.csv")),
                StandardCharsets.US_ASCII))) {
            for (var line : reader.lines().toList()) {
                var fields = line.split(",");
                centres.put(fields[0], new Point(Double.parseDouble(fields[1]), Double.parseDouble(fields[2])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return centres;
    }
}
