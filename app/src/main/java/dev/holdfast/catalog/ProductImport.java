package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.RequestKeys;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;

/// Imports a CSV file of products.
///
/// The file is first put on disk whole: an upload that breaks off imports nothing, one too large is refused before
/// anything is done, and its digest is known, which is what a repeated `Idempotency-Key` is compared with. Then it
/// is read once, and good rows are written a thousand at a time through the lane. A process that dies in between
/// leaves the sets before; the same file sent again writes the rest and leaves alone what is there (the key is used
/// up only by the whole). `all_or_nothing` keeps the rows until the last is read and writes them, and the key, in
/// one transaction.
final class ProductImport {

    private static final int AT_ONCE = 4;

    private final Catalog catalog;
    private final ProductStore store;
    private final RequestKeys keys;
    private final DataSource pool;
    private final CatalogSettings settings;
    private final Semaphore running = new Semaphore(AT_ONCE);

    ProductImport(Catalog catalog, ProductStore store, RequestKeys keys, DataSource pool, CatalogSettings settings) {
        this.catalog = catalog;
        this.store = store;
        this.keys = keys;
        this.pool = pool;
        this.settings = settings;
    }

    /// @param dryRun read and judge, write nothing
    /// @param allOrNothing write nothing unless every row is good
    record Options(boolean dryRun, boolean allOrNothing) {}

    record Rejected(int line, String sku, String reason) {}

    /// `rows` = `imported` + rejected ones, unless nothing was to be written.
    record Report(int rows, int imported, List<Rejected> rejected) {}

    /// @param key as the caller sent it, or null
    /// @throws ProblemException 413 too large, 400 without a usable header, 400 when all or nothing came to nothing
    Report run(InputStream upload, Options options, String key) throws IOException, SQLException {
        if (!running.tryAcquire()) {
            throw new OverloadedException("catalog-import", AT_ONCE + " imports are running; send it again later");
        }
        var file = Files.createTempFile("products-", ".csv");
        try {
            var digest = keep(upload, file);
            var requestKey = key == null || options.dryRun()
                    ? null
                    : new RequestKeys.Key(
                            "POST /v1/products:import", key, IdempotencyKey.digest(List.of(digest, options)));
            var recorded = recorded(requestKey);
            return recorded.isPresent() ? recorded.get() : run(file, options, requestKey);
        } finally {
            running.release();
            Files.delete(file);
        }
    }

    private Report run(Path file, Options options, RequestKeys.Key key) throws IOException, SQLException {
        try (var bytes = new BufferedInputStream(Files.newInputStream(file))) {
            var products = new ProductFile(bytes);
            if (options.dryRun()) {
                return read(products, product -> {}).report(0);
            }
            return options.allOrNothing() ? together(products, key) : oneByOne(products, key);
        }
    }

    private Report oneByOne(ProductFile products, RequestKeys.Key key) throws IOException, SQLException {
        var set = new ArrayList<Product>(Catalog.SET);
        var tally = read(products, product -> {
            set.add(product);
            if (set.size() == Catalog.SET) {
                catalog.putAll(set);
                set.clear();
            }
        });
        if (!set.isEmpty()) {
            catalog.putAll(set);
        }
        var report = tally.report(tally.good);
        // A file of which nothing was taken does not use the key up.
        return key == null || report.imported() == 0 ? report : record(key, report, List.of());
    }

    private Report together(ProductFile products, RequestKeys.Key key) throws IOException, SQLException {
        // In sku order, which is the order in which the lane locks: no deadlock with it.
        var all = new TreeMap<String, Product>();
        var tally = read(products, product -> all.put(product.sku(), product));
        if (!tally.rejected.isEmpty()) {
            throw new ProblemException(
                            400,
                            "csv-rejected",
                            "CSV rejected",
                            tally.rejected.size()
                                    + " rows are bad, so none was imported; mend them and send the file again")
                    .with("rows", tally.rows())
                    .with("imported", 0)
                    .with("rejected", tally.rejected);
        }
        return record(key, tally.report(tally.good), List.copyOf(all.values()));
    }

    private Tally read(ProductFile products, java.util.function.Consumer<Product> good) throws IOException {
        var tally = new Tally();
        for (var row = products.next(); row != null; row = products.next()) {
            if (tally.rows() % Catalog.SET == 0) {
                Thread.yield(); // reading a file waits for nobody, so nobody else would have a turn
            }
            switch (row) {
                case ProductFile.Good(var line, var product) -> {
                    tally.good++;
                    good.accept(product);
                }
                case ProductFile.Bad(var line, var sku, var reason) ->
                    tally.rejected.add(new Rejected(line, sku, reason));
            }
        }
        return tally;
    }

    private static final class Tally {
        private final List<Rejected> rejected = new ArrayList<>();
        private int good;

        private int rows() {
            return good + rejected.size();
        }

        private Report report(int imported) {
            return new Report(rows(), imported, List.copyOf(rejected));
        }
    }

    /// Writes products and the answer under the key in one transaction. A twin of this request that came first has
    /// imported the same file: its answer stands.
    private Report record(RequestKeys.Key key, Report report, List<Product> products) throws SQLException {
        try (var db = pool.getConnection()) {
            db.setAutoCommit(false);
            try {
                var round = keys.claim(db, key == null ? List.of() : List.of(key));
                var answer = switch (round.ask(key)) {
                    case RequestKeys.Replay(var response) -> Json.read(response, Report.class);
                    case RequestKeys.Reused() -> throw new KeyReusedException(key.key());
                    case RequestKeys.Running() -> throw IdempotencyKey.stillRunning();
                    case RequestKeys.New() -> write(db, round, key, report, products);
                };
                db.commit();
                return answer;
            } catch (SQLException | RuntimeException e) {
                db.rollback();
                throw e;
            }
        }
    }

    private Report write(
            Connection db, RequestKeys.Round round, RequestKeys.Key key, Report report, List<Product> products)
            throws SQLException {
        for (int from = 0; from < products.size(); from += Catalog.SET) {
            store.write(db, products.subList(from, Math.min(products.size(), from + Catalog.SET)));
        }
        round.answered(key, Json.write(report));
        round.record(db);
        return report;
    }

    private Optional<Report> recorded(RequestKeys.Key key) throws SQLException {
        if (key == null) {
            return Optional.empty();
        }
        try (var db = pool.getConnection()) {
            db.setAutoCommit(false);
            var asked = keys.claim(db, List.of(key)).ask(key);
            db.rollback();
            return switch (asked) {
                case RequestKeys.Replay(var response) -> Optional.of(Json.read(response, Report.class));
                case RequestKeys.Reused() -> throw new KeyReusedException(key.key());
                case RequestKeys.Running() -> throw IdempotencyKey.stillRunning();
                case RequestKeys.New() -> Optional.empty();
            };
        }
    }

    private String keep(InputStream upload, Path file) throws IOException {
        long size = 0;
        long lines = 0;
        try (var out = Files.newOutputStream(file)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[64 * 1024];
            for (int n = upload.read(buffer); n >= 0; n = upload.read(buffer)) {
                size += n;
                for (int i = 0; i < n; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
                if (size > settings.importMaxSize().toBytes()) {
                    throw tooLarge("larger than " + settings.importMaxSize());
                }
                // The header's line, and the last one, which needs no end.
                if (lines > settings.importMaxRows() + 1L) {
                    throw tooLarge("longer than " + settings.importMaxRows() + " rows");
                }
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProblemException tooLarge(String why) {
        return new ProblemException(
                413, "too-large", "Too large", "the file is " + why + "; nothing was imported, split it");
    }
}
