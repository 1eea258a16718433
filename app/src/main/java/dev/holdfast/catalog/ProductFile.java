package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.catalog.CatalogApi.Size;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/// Reads products from CSV (RFC 4180, UTF-8, a header first), a row at a time.
///
/// A row is a line. The RFC would let a quoted field run over several, but no column of ours may hold a line break,
/// so such a row is wrong either way; and a quote that somebody forgot to close then spoils its own line instead of
/// swallowing the good rows behind it.
final class ProductFile {

    private static final List<String> REQUIRED = List.of("sku", "name", "price", "currency");
    private static final List<String> SIZE = List.of("length_cm", "width_cm", "height_cm");
    private static final Set<String> COLUMNS =
            Set.of("sku", "name", "price", "currency", "weight_kg", "length_cm", "width_cm", "height_cm");

    /// Strict about quotes. Spaces around a value are dropped; control characters were refused before.
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setTrim(true)
            .setTrailingData(false)
            .setLenientEof(false)
            .get();

    /// No exponent, no grouping: `1e400` and `1,000.00` are no prices.
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?");

    private final CsvLines lines;
    private final List<String> header;
    private final Map<String, Integer> lineOfSku = new HashMap<>();

    /// Reads the header.
    ///
    /// @throws ProblemException 400 when there is none that names the columns; nothing can be told from such a file
    ProductFile(InputStream bytes) throws IOException {
        lines = new CsvLines(bytes);
        header = header(lines.next());
    }

    sealed interface Row permits Good, Bad {}

    record Good(int line, Product product) implements Row {}

    /// @param sku as far as it could be read, or null
    record Bad(int line, String sku, String reason) implements Row {}

    /// @return the next row, or null at the end. Empty lines are no rows.
    Row next() throws IOException {
        var line = lines.next();
        while (line != null && line.blank()) {
            line = lines.next();
        }
        return line == null ? null : row(line);
    }

    private Row row(CsvLines.Line line) {
        if (line.flaw() != null) {
            return new Bad(line.number(), null, line.flaw());
        }
        var values = values(line.text());
        if (values == null) {
            return new Bad(line.number(), null, "bad quoting: a quote is not closed, or stands inside a value");
        }
        if (values.size() != header.size()) {
            return new Bad(
                    line.number(),
                    null,
                    "the row has " + values.size() + " columns where the header has " + header.size());
        }
        var row = new HashMap<String, String>();
        for (int i = 0; i < values.size(); i++) {
            row.put(header.get(i), values.get(i));
        }
        return row(line.number(), row);
    }

    private Row row(int line, Map<String, String> row) {
        var sku = row.get("sku");
        try {
            var product = new Product(
                    sku,
                    row.get("name"),
                    price(row.get("price"), row.get("currency")),
                    decimal(row, "weight_kg", 3),
                    size(row));
            var flaw = ProductRules.flaw(product);
            if (flaw != null) {
                return new Bad(line, shown(sku), flaw.member() + " " + flaw.reason());
            }
            // Only a row that is taken claims its sku: a good one is not refused because of a bad one above it.
            var earlier = lineOfSku.putIfAbsent(sku, line);
            return earlier == null
                    ? new Good(line, product)
                    : new Bad(line, sku, "sku stands in line " + earlier + " already");
        } catch (IllegalArgumentException e) {
            return new Bad(line, shown(sku), e.getMessage());
        }
    }

    private static String shown(String sku) {
        return sku.isEmpty() || sku.length() > 64 ? null : sku;
    }

    private static Money price(String price, String currency) {
        if (!DECIMAL.matcher(price).matches()) {
            throw new IllegalArgumentException("price must be a decimal number such as 19.99");
        }
        try {
            Money.of(0, currency);
            return Money.ofDecimal(new BigDecimal(price), currency);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("price: " + e.getMessage(), e);
        }
    }

    private static Size size(Map<String, String> row) {
        if (SIZE.stream().allMatch(column -> row.getOrDefault(column, "").isEmpty())) {
            return null;
        }
        return new Size(decimal(row, "length_cm", 2), decimal(row, "width_cm", 2), decimal(row, "height_cm", 2));
    }

    private static BigDecimal decimal(Map<String, String> row, String column, int decimals) {
        var value = row.getOrDefault(column, "");
        if (value.isEmpty()) {
            return null;
        }
        if (!DECIMAL.matcher(value).matches()) {
            throw new IllegalArgumentException(column + " must be a decimal number such as 1.5");
        }
        var rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
        if (rounded.signum() <= 0) {
            throw new IllegalArgumentException(column + " must be above 0");
        }
        return rounded;
    }

    private static List<String> header(CsvLines.Line line) {
        var names = line == null || line.blank() || line.flaw() != null ? null : values(line.text());
        if (names == null) {
            throw unreadable("line 1 must be the header " + String.join(",", REQUIRED) + ", in UTF-8"
                    + (line == null ? "; the file is empty" : line.flaw() == null ? "" : "; " + line.flaw()));
        }
        for (var required : REQUIRED) {
            if (!names.contains(required)) {
                throw unreadable("the header lacks the column '" + required + "'; it names " + shortened(names));
            }
        }
        for (var name : names) {
            if (!COLUMNS.contains(name)) {
                throw unreadable("the header names an unknown column '" + shortened(List.of(name)) + "'; known are "
                        + String.join(", ", COLUMNS.stream().sorted().toList()));
            }
        }
        if (new HashSet<>(names).size() < names.size()) {
            throw unreadable("the header names a column twice: " + shortened(names));
        }
        return names;
    }

    private static String shortened(List<String> names) {
        var text = String.join(",", names);
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static ProblemException unreadable(String detail) {
        return new ProblemException(400, "csv-unreadable", "CSV unreadable", detail + "; nothing was imported");
    }

    /// @return the values of one line, or null when its quoting is wrong
    private static List<String> values(String line) {
        if (hasStrayQuote(line)) {
            return null;
        }
        try (var parser = CSVParser.parse(line, FORMAT)) {
            return parser.iterator().next().toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return null;
        }
    }

    /// The parser takes a quote inside an unquoted value as it is; the RFC does not, and where it stands nobody can
    /// tell what was meant.
    private static boolean hasStrayQuote(String line) {
        boolean quoted = false;
        boolean start = true;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                boolean doubled = quoted && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (doubled) {
                    i++;
                } else if (quoted || start) {
                    quoted = !quoted;
                } else {
                    return true;
                }
            }
            start = c == ',' && !quoted;
        }
        return quoted;
    }
}
