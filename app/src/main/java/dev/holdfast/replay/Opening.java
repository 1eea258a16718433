package dev.holdfast.replay;

import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/// Opens the shop: catalog, opening stock and customers of a file. Each write has its key or sets a state, so
/// opening a shop that is open already changes nothing.
final class Opening {

    private static final int PRODUCTS_PER_IMPORT = 2_000;
    private static final int AT_ONCE = 32;
    private static final int LONGEST_CITY = 100;

    /// Of a product's code in a key, which has 255 characters at most: a code of 64 may be encoded as 576.
    private static final int LONGEST_IN_KEY = 200;

    private final ShopClient shop;
    private final Survey survey;
    private final double stockShare;

    Opening(ShopClient shop, Survey survey, double stockShare) {
        this.shop = shop;
        this.survey = survey;
        this.stockShare = stockShare;
    }

    /// @param stopped asked before each write
    /// @return whether all was written; false when it was stopped before
    boolean open(PrintStream out, BooleanSupplier stopped) throws IOException, InterruptedException {
        // First what a shop opened with another file refuses: a price is overwritten without a question.
        var received = allAtOnce(
                stopped,
                survey.products().stream()
                        .<Callable<Void>>map(product -> () -> receive(product))
                        .toList());
        if (!received) {
            return false;
        }
        out.printf("stock: %.0f %% of each product's demand received%n", stockShare * 100);
        importCatalog();
        out.printf("catalog: %,d products%n", survey.products().size());
        var registered = allAtOnce(
                stopped,
                survey.customers().entrySet().stream()
                        .<Callable<Void>>map(customer -> () -> register(customer.getKey(), customer.getValue()))
                        .toList());
        if (registered) {
            out.printf("customers: %,d registered%n", survey.customers().size());
        }
        return registered;
    }

    private void importCatalog() throws IOException, InterruptedException {
        var products = survey.products();
        for (int from = 0; from < products.size(); from += PRODUCTS_PER_IMPORT) {
            var csv = new StringBuilder("sku,name,price,currency\n");
            for (var product : products.subList(from, Math.min(products.size(), from + PRODUCTS_PER_IMPORT))) {
                csv.append(quoted(product.sku())).append(',').append(quoted(product.name()));
                csv.append(',').append(product.price().toPlainString()).append(",GBP\n");
            }
            var reply = shop.send("POST", "/v1/products:import", csv.toString(), "text/csv", null);
            if (!reply.ok() || !reply.body().path("rejected").isEmpty()) {
                throw new IOException("the catalog was not taken: " + reply.body());
            }
        }
    }

    private Void receive(Survey.Product product) throws IOException, InterruptedException {
        var quantity = (long) Math.ceil(product.demand() * stockShare);
        var path = "/v1/inventory/" + Paths.segment(product.sku()) + "/receipts";
        var part = 1;
        for (var left = quantity; left > 0; left -= Limits.MOST_RECEIVED, part++) {
            var received = Map.of("quantity", Math.min(left, Limits.MOST_RECEIVED));
            var reply = shop.send("POST", path, received, keyOf(product.sku(), part));
            if (reply.status() == 422) {
                throw new IOException("this shop was opened with another file or another --stock-share: it received"
                        + " other stock of " + product.sku() + " than the " + quantity
                        + " of now, and opening stock is received once. Go on with those, or begin with an empty shop");
            }
            expect(reply, path);
        }
        return null;
    }

    /// A key of its own for each receipt of a product, the same in every run: those made before a crash are not
    /// made again. A percent-encoded code has no colon, so no two products and parts share one.
    ///
    /// @param part counts from 1
    static String keyOf(String sku, int part) {
        var name = Paths.segment(sku);
        var key = name.length() <= LONGEST_IN_KEY ? "opening-" + name : "opening:" + IdempotencyKey.digest(sku);
        return part == 1 ? key : key + ":" + part;
    }

    private Void register(String customer, String country) throws IOException, InterruptedException {
        var path = "/v1/customers/" + Paths.segment("usr_" + customer);
        var body = new LinkedHashMap<String, Object>();
        body.put("name", "Customer " + customer);
        body.put("email", "customer-" + customer.replaceAll("[^A-Za-z0-9-]", "_") + "@example.com");
        body.put("addresses", List.of(addressIn(country, "Customer " + customer)));
        body.put("payment_method_ids", List.of("pm_card_" + customer));
        expect(shop.send("PUT", path, body, null), path);
        return null;
    }

    /// The data set has no addresses but the country.
    static Map<String, Object> addressIn(String country, String name) {
        var city = RetailRow.shown(country, LONGEST_CITY);
        return Map.of(
                "name",
                name,
                "address1",
                "1 Market Street",
                "city",
                city.isEmpty() ? "Unspecified" : city,
                "zip",
                "10115",
                "country",
                Countries.codeOf(country));
    }

    private void expect(ShopClient.Reply reply, String path) throws IOException {
        if (!reply.ok()) {
            throw new IOException(path + " was answered " + reply.status() + ": " + Json.write(reply.body()));
        }
    }

    /// @return false when it was stopped before all were made
    private static boolean allAtOnce(BooleanSupplier stopped, List<Callable<Void>> calls)
            throws IOException, InterruptedException {
        var permits = new Semaphore(AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = calls.stream()
                    .map(call -> threads.submit(() -> {
                        permits.acquire();
                        try {
                            return stopped.getAsBoolean() ? null : call.call();
                        } finally {
                            permits.release();
                        }
                    }))
                    .toList();
            for (var result : results) {
                result.get();
            }
            return !stopped.getAsBoolean();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
