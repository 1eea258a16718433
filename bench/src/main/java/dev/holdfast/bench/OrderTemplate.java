package dev.holdfast.bench;

import dev.holdfast.platform.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/// Every row that one completed checkout of the product left, or wrote and deleted again, taken from the database:
/// whatever the product writes, the reference writes, without a list that somebody has to keep.
///
/// @param tables one template per table that has rows of a checkout
/// @param holes what stands in which hole
record OrderTemplate(List<RowTemplate> tables, Map<String, Integer> holes) {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static final String FIND_TABLES = """
            SELECT n.nspname || '.' || c.relname
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p')
               AND NOT c.relispartition
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'taken')
             ORDER BY 1
            """;

    /// Identity columns are left out: the database counts them.
    private static final String FIND_COLUMNS = """
            SELECT a.attname, t.typname
              FROM pg_attribute a
              JOIN pg_type t ON t.oid = a.atttypid
             WHERE a.attrelid = ?::regclass
               AND a.attnum > 0
               AND NOT a.attisdropped
               AND a.attidentity = ''
               AND a.attgenerated = ''
             ORDER BY a.attnum
            """;

    /// Keeps what is deleted, for the one checkout that is taken.
    private static final String START_KEEPING = """
            CREATE SCHEMA taken;
            CREATE FUNCTION taken.keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                EXECUTE format('INSERT INTO taken.%I SELECT ($1).*', TG_ARGV[0]) USING OLD;
                RETURN OLD;
            END
            $$
            """;

    private static final String KEEP = """
            CREATE TABLE taken."${table}" (LIKE ${table});
            CREATE TRIGGER taken AFTER DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION taken.keep('${table}')
            """;

    static void startKeeping(Connection db) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(START_KEEPING);
            for (var table : tables(db)) {
                statement.execute(KEEP.replace("${table}", table));
            }
        }
    }

    static void stopKeeping(Connection db) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute("DROP SCHEMA taken CASCADE");
        }
    }

    /// @param orderId of a checkout that is completed and whose events have left
    static OrderTemplate taken(Connection db, String orderId) throws SQLException {
        var known = new HashSet<>(idsIn(orderId));
        var found = new LinkedHashMap<String, Taken>();
        int before;
        // What the order names, and what names something the order names, until nothing new is named.
        do {
            before = known.size();
            found.clear();
            for (var table : tables(db)) {
                take(db, table, known, found);
            }
        } while (known.size() > before);
        var holes = new HashMap<String, Integer>();
        var templates = new ArrayList<RowTemplate>();
        found.forEach((table, taken) -> templates.add(taken.template(table, holes)));
        return new OrderTemplate(templates, holes);
    }

    /// Rows that one checkout leaves or deletes again, by table.
    Map<String, Integer> rowsPerOrder() {
        var rows = new LinkedHashMap<String, Integer>();
        tables.forEach(table -> rows.put(table.table(), table.rows().size()));
        return rows;
    }

    /// What fills the holes for one more checkout: new ids, other products.
    String[] filling(Random random, int products) {
        var filling = new String[holes.size()];
        var sold = CheckoutLoad.twoProducts(random, products).iterator();
        holes.forEach((was, index) -> filling[index] = was.startsWith("sku-") ? sold.next() : Ids.next(""));
        return filling;
    }

    private record Taken(List<String> columns, List<String> types, List<List<String>> rows, boolean passing) {

        RowTemplate template(String table, Map<String, Integer> holes) {
            var cells = rows.stream()
                    .map(row -> row.stream()
                            .map(value -> RowTemplate.Cell.of(value, holes))
                            .toList())
                    .toList();
            return new RowTemplate(table, columns, types, cells, passing);
        }
    }

    private static void take(Connection db, String table, Set<String> known, Map<String, Taken> found)
            throws SQLException {
        var columns = new ArrayList<String>();
        var types = new ArrayList<String>();
        try (var query = db.prepareStatement(FIND_COLUMNS)) {
            query.setString(1, table);
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    columns.add(rows.getString(1));
                    types.add(rows.getString(2));
                }
            }
        }
        var left = rows(db, table, columns, known);
        var gone = rows(db, "taken.\"" + table + "\"", columns, known);
        if (!left.isEmpty() && !gone.isEmpty()) {
            throw new IllegalStateException(
                    "a checkout leaves rows in " + table + " and deletes others: which is which?");
        }
        if (!left.isEmpty() || !gone.isEmpty()) {
            found.put(table, new Taken(columns, types, left.isEmpty() ? gone : left, left.isEmpty()));
        }
    }

    private static List<List<String>> rows(Connection db, String table, List<String> columns, Set<String> known)
            throws SQLException {
        var texts = String.join("::text, ", columns) + "::text";
        var sql = "SELECT " + texts + " FROM " + table + " AS t WHERE t::text ~ ?";
        var found = new ArrayList<List<String>>();
        try (var query = db.prepareStatement(sql)) {
            query.setString(1, String.join("|", known));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    var row = new ArrayList<String>();
                    for (int i = 1; i <= columns.size(); i++) {
                        row.add(rows.getString(i));
                        known.addAll(idsIn(rows.getString(i)));
                    }
                    found.add(row);
                }
            }
        }
        return found;
    }

    private static List<String> tables(Connection db) throws SQLException {
        var tables = new ArrayList<String>();
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(FIND_TABLES)) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static Collection<String> idsIn(String text) {
        return text == null
                ? List.of()
                : ID.matcher(text).results().map(found -> found.group()).toList();
    }
}
