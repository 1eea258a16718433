package dev.holdfast.replay;

import dev.holdfast.platform.Text;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;

/// A file of invoice lines, plain or gzipped, read as a stream: memory does not grow with the file.
///
/// A row is a line. CSV would let a quoted field run over several, but no column here holds a line break; so a
/// quote that somebody forgot to close spoils its own line instead of swallowing the good rows behind it.
public final class RetailFile {

    private static final List<String> COLUMNS = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");
    private static final String SAMPLE = "/sample/online-retail-2011-w46.csv.gz";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setLenientEof(false).get();

    private final String name;
    private final Source source;

    private RetailFile(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    /// The week of real orders that is shipped with the program.
    public static RetailFile sample() {
        return new RetailFile(
                "sample (UCI Online Retail, week 46 of 2011, CC BY 4.0)",
                () -> RetailFile.class.getResourceAsStream(SAMPLE));
    }

    /// @throws IOException when the file cannot be read
    public static RetailFile at(Path path) throws IOException {
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new IOException(
                    path + " is not a file that can be read; give the path of a CSV file or a .gz of one");
        }
        return new RetailFile(path.getFileName().toString(), () -> Files.newInputStream(path));
    }

    public String name() {
        return name;
    }

    /// A row that cannot be read.
    ///
    /// @param invoice the invoice it names, or null when none can be made out
    /// @param sentence for people: the line and what is wrong with it
    record Unreadable(String invoice, String sentence) {}

    /// Reads all rows from the start, in the order of the file.
    ///
    /// @return the SHA-256 of what was read, unpacked: the same for the same rows, however they are packed
    /// @throws IOException when the file is no such file: a column is missing, the gzip is broken
    String read(Consumer<RetailRow> rows, Consumer<Unreadable> unreadable) throws IOException {
        var digest = sha256();
        try (var bytes = plain(source.open())) {
            // Buffered on top too, or the digest would be fed byte by byte.
            var lines = new RetailLines(new BufferedInputStream(new DigestInputStream(bytes, digest), 1 << 16));
            var header = header(lines.next());
            for (var line = lines.next(); line != null; line = lines.next()) {
                try {
                    rows.accept(rowOf(line, header));
                } catch (IllegalArgumentException | DateTimeParseException e) {
                    unreadable.accept(
                            new Unreadable(invoiceOf(line, header), "line " + line.number() + ": " + e.getMessage()));
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (ZipException e) {
            throw new IOException(name + " is no whole gzip file: " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new IOException(name + " ends in the middle of its gzip data; fetch it again", e);
        }
    }

    /// @return where each of [#COLUMNS] stands, in their order, and the number of columns in all
    private int[] header(RetailLines.Line first) throws IOException {
        var names = first == null ? List.<String>of() : namesIn(first);
        if (!names.containsAll(COLUMNS)) {
            throw new IOException(
                    name + ": needs the columns " + String.join(",", COLUMNS) + " but has " + String.join(",", names));
        }
        var places = new int[COLUMNS.size() + 1];
        for (int i = 0; i < COLUMNS.size(); i++) {
            places[i] = names.indexOf(COLUMNS.get(i));
        }
        places[COLUMNS.size()] = names.size();
        return places;
    }

    private static List<String> namesIn(RetailLines.Line first) {
        try {
            return values(first).stream().map(String::strip).toList();
        } catch (IllegalArgumentException e) {
            return List.of(first.text());
        }
    }

    private static RetailRow rowOf(RetailLines.Line line, int[] header) {
        var values = values(line);
        if (values.size() != header[COLUMNS.size()]) {
            throw new IllegalArgumentException(values.size() + " columns instead of " + header[COLUMNS.size()]);
        }
        var customer = values.get(header[6]).strip();
        var read = new RetailRow(
                line.number(),
                values.get(header[0]).strip(),
                values.get(header[1]).strip(),
                values.get(header[2]).strip(),
                quantity(values.get(header[3]).strip()),
                LocalDateTime.parse(values.get(header[4]).strip(), TIME),
                price(values.get(header[5]).strip()),
                customer.isEmpty() ? null : customer.replaceFirst("\\.0$", ""),
                values.get(header[7]).strip());
        if (read.invoice().isEmpty()) {
            throw new IllegalArgumentException("InvoiceNo is empty");
        }
        if (read.fate() == RetailRow.Fate.SOLD) {
            Limits.check(read);
        }
        return read;
    }

    private static List<String> values(RetailLines.Line line) {
        if (line.flaw() != null) {
            throw new IllegalArgumentException(line.flaw());
        }
        try (var parser = CSVParser.parse(line.text(), FORMAT)) {
            return parser.iterator().next().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "cannot be read as CSV: a quote is not closed, or stands inside a value");
        }
    }

    /// The shop's numbers have at most 15 digits either side of the point; `1e400000000` would be written out.
    private static BigDecimal price(String text) {
        var price = new BigDecimal(text);
        if (Math.abs((long) price.scale()) > 15 || price.precision() > 15) {
            throw new IllegalArgumentException("UnitPrice '" + text + "' has more digits than any price");
        }
        return price;
    }

    private static int quantity(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Quantity '" + text + "' is not a whole number", e);
        }
    }

    /// The invoice that a row names which cannot be read, when its columns up to there can be.
    private static String invoiceOf(RetailLines.Line line, int[] header) {
        var values = line.text().split(",", header[0] + 2);
        var named = values.length <= header[0] ? "" : values[header[0]].strip();
        return named.isEmpty() || Text.flaw(named, 64) != null || named.contains("\"") ? null : named;
    }

    private static InputStream plain(InputStream file) throws IOException {
        var in = new BufferedInputStream(file, 1 << 16);
        in.mark(2);
        var gzipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzipped ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }
}
