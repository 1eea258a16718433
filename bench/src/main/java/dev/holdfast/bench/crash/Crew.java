package dev.holdfast.bench.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/// Several shops on one database: those that serve, and those that were struck and are on their way back. Each has
/// a role of its own at the database, by which its sessions are known.
final class Crew implements AutoCloseable {

    private final ShopPostgres postgres;
    private final List<ShopProcess> all = new ArrayList<>();
    private final List<ShopProcess> serving = new CopyOnWriteArrayList<>();
    private final List<Future<?>> comingBack = new ArrayList<>();
    private final ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor();
    private volatile ShopProcess favourite;
    private volatile long postgresKilledNanos = System.nanoTime();

    /// Nobody is started yet.
    ///
    /// @param folder of which each gets one below
    Crew(Path folder, int size, ShopPostgres postgres, List<String> settings) throws IOException {
        this.postgres = postgres;
        for (int number = 1; number <= size; number++) {
            var own = new ArrayList<>(settings);
            own.add("holdfast.datasource.username=" + role(number));
            all.add(ShopProcess.on(Files.createDirectories(folder.resolve("node-" + number)), own));
        }
    }

    /// Of the node of this number, from 1.
    static String role(int number) {
        return "node_" + number;
    }

    String roleOf(ShopProcess shop) {
        return role(all.indexOf(shop) + 1);
    }

    /// The first alone: it makes the tables.
    void start() throws IOException, InterruptedException {
        all.getFirst().start();
        serving.add(all.getFirst());
        all.stream().skip(1).forEach(this::bringBack);
        awaitAll();
    }

    /// One that serves; when none does, one that will.
    URI any() {
        var live = List.copyOf(serving);
        var from = live.isEmpty() ? all : live;
        return from.get(ThreadLocalRandom.current().nextInt(from.size())).address();
    }

    /// Where a checkout is asked for: at the favourite, if there is one.
    URI forCheckout() {
        var chosen = favourite;
        return chosen == null ? any() : chosen.address();
    }

    /// All new checkouts go to it until it is taken out.
    void favour(ShopProcess shop) {
        favourite = shop;
    }

    int serving() {
        return serving.size();
    }

    /// One of those that serve.
    ShopProcess choose(Random random) {
        return serving.get(random.nextInt(serving.size()));
    }

    /// It was struck: nobody is sent to it any more.
    void takeOut(ShopProcess shop) {
        favourite = null;
        serving.remove(shop);
    }

    /// Those that should serve and have ended.
    List<ShopProcess> ended() {
        return serving.stream().filter(shop -> !shop.alive()).toList();
    }

    /// Starts one that has ended; it is sent customers once it is ready.
    void bringBack(ShopProcess shop) {
        comingBack.add(starters.submit(() -> {
            startUntilItServes(shop);
            serving.add(shop);
            return null;
        }));
    }

    /// To be told before it is killed: a node that is just starting may end for it, and is started again.
    void postgresIsKilled() {
        postgresKilledNanos = System.nanoTime();
    }

    private void startUntilItServes(ShopProcess shop) throws IOException, SQLException, InterruptedException {
        while (true) {
            postgres.awaitAnswer();
            long begun = System.nanoTime();
            try {
                shop.start();
                return;
            } catch (IOException e) {
                if (shop.alive() || postgresKilledNanos - begun < 0) {
                    throw e;
                }
            }
        }
    }

    /// @throws IOException one does not come back
    void awaitAll() throws IOException, InterruptedException {
        for (var start : comingBack) {
            try {
                start.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
        }
        comingBack.clear();
    }

    ShopProcess first() {
        return all.getFirst();
    }

    @Override
    public void close() throws IOException {
        starters.shutdownNow();
        IOException failed = null;
        for (var shop : all) {
            try {
                shop.close();
            } catch (IOException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
