package dev.holdfast.replay;

import dev.holdfast.platform.Text;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/// A file of invoice lines, plain or gzipped, read as a stream: memory does not grow with the file.
public final class RetailFile {

    private static final List<String> COLUMNS = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");
    private static final String SAMPLE = "/sample/online-retail-2011-w46.csv.gz";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

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

    /// Reads all rows from the start, in the order of the file.
    ///
    /// @param rows takes each row that can be read
    /// @param unreadable takes a sentence for each row that cannot, with its line
    /// @throws IOException when the file is no such file: a column is missing, it is not UTF-8, the gzip is broken
    void read(Consumer<RetailRow> rows, Consumer<String> unreadable) throws IOException {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (var text = new InputStreamReader(plain(source.open()), decoder);
                var records = format.parse(text)) {
            requireColumns(records.getHeaderNames());
            for (var row : records) {
                try {
                    rows.accept(rowOf(row, records.getCurrentLineNumber()));
                } catch (IllegalArgumentException | DateTimeParseException e) {
                    unreadable.accept("line " + records.getCurrentLineNumber() + ": " + e.getMessage());
                }
            }
        } catch (UncheckedIOException e) {
            throw notSuchAFile(e.getCause());
        } catch (CharacterCodingException | ZipException | EOFException e) {
            throw notSuchAFile(e);
        }
    }

    private IOException notSuchAFile(IOException fault) {
        var reason = switch (fault) {
            case CharacterCodingException _ -> "is not in UTF-8; convert it, for example with iconv -f latin1 -t utf-8";
            case ZipException _ -> "is no whole gzip file: " + fault.getMessage();
            case EOFException _ -> "ends in the middle of its gzip data; fetch it again";
            default -> "cannot be read as CSV: " + fault.getMessage();
        };
        return new IOException(name + " " + reason, fault);
    }

    private void requireColumns(List<String> header) throws IOException {
        if (!header.containsAll(COLUMNS)) {
            throw new IOException(
                    name + ": needs the columns " + String.join(",", COLUMNS) + " but has " + String.join(",", header));
        }
    }

    private static RetailRow rowOf(CSVRecord row, long line) {
        if (!row.isConsistent()) {
            throw new IllegalArgumentException(row.size() + " columns instead of " + COLUMNS.size());
        }
        var customer = row.get("CustomerID");
        var read = new RetailRow(
                line,
                row.get("InvoiceNo").strip(),
                row.get("StockCode").strip(),
                row.get("Description").strip(),
                Integer.parseInt(row.get("Quantity").strip()),
                LocalDateTime.parse(row.get("InvoiceDate"), TIME),
                new BigDecimal(row.get("UnitPrice").strip()),
                customer.isBlank() ? null : customer.replaceFirst("\\.0$", ""),
                row.get("Country").strip());
        if (read.fate() == RetailRow.Fate.SOLD) {
            requireId("InvoiceNo", read.invoice());
            requireId("StockCode", read.product());
        }
        return read;
    }

    /// An id must be one that the shop takes: one row it would refuse must not cost all the others.
    private static void requireId(String column, String id) {
        var flaw = Text.idFlaw(id);
        if (flaw != null) {
            throw new IllegalArgumentException(column + " '" + id + "' " + flaw);
        }
    }

    private static InputStream plain(InputStream file) throws IOException {
        var in = new BufferedInputStream(file, 1 << 16);
        in.mark(2);
        var gzipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzipped ? new GZIPInputStream(in, 1 << 16) : in;
    }

    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }
}
