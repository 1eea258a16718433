package dev.holdfast.bench;

import dev.holdfast.bench.http.LoadOrder;
import dev.holdfast.bench.http.LoadProcess;
import dev.holdfast.bench.http.LoadReport;
import java.io.IOException;

/// The product over HTTP: the same shop as the in-process contender's, entered at its door by customers of another
/// process. Each puts two products into a cart, checks out and waits for the outcome.
final class HttpContender implements Contender {

    private final ProductContender product;
    private final String address;
    private final int products;
    private final LoadProcess generator;
    private int atOnce;
    private double perSecond;
    private LoadReport last;

    /// @param product the same shop's
    /// @param address where it listens
    HttpContender(ProductContender product, String address, int products) throws IOException {
        this.product = product;
        this.address = address;
        this.products = products;
        this.generator = LoadProcess.start();
    }

    /// So many customers at once, the next when one has left.
    HttpContender closed(int customers) {
        atOnce = customers;
        perSecond = 0;
        return this;
    }

    /// Customers by schedule; no more than `most` at once.
    HttpContender open(double rate, int most) {
        atOnce = most;
        perSecond = rate;
        return this;
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public String database() {
        return product.database();
    }

    @Override
    public Round run(int orders) throws Exception {
        var before = product.meter().spent();
        last = generator.run(new LoadOrder(address, orders, atOnce, perSecond, products));
        product.awaitEventsGone();
        var spent = product.meter().spent().since(before);
        last.failures().forEach((what, times) -> System.err.printf("http: %,d x %s%n", times, what));
        return new Round(last.completed(), last.failed(), spent, last.seconds(), last.latencyMicros());
    }

    /// Of the last round.
    LoadReport last() {
        return last;
    }

    @Override
    public int tellCounters() throws Exception {
        return product.tellCounters();
    }

    /// The shop is the other contender's.
    @Override
    public void close() throws IOException {
        generator.close();
    }
}
