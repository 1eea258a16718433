package dev.holdfast.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// The first rows of the shipped sample as a file of their own: a shop that opens in no time.
public final class FewInvoices {

    public static final int ROWS = 3_000;

    private FewInvoices() {}

    public static Path in(Path folder) throws IOException {
        try (var sample = FewInvoices.class.getResourceAsStream("/sample/online-retail-2011-w46.csv.gz");
                var lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(sample), StandardCharsets.UTF_8))) {
            return Files.write(
                    folder.resolve("orders.csv"), lines.lines().limit(ROWS + 1).toList());
        }
    }

    /// Counted by cutting lines at the first comma, not by the reader under test.
    public static long invoicesIn(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.skip(1)
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .distinct()
                    .count();
        }
    }
}
