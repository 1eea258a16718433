package dev.holdfast.bench.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/// Several shops on one database: those that serve, and those that were struck and are on their way back.
final class Crew implements AutoCloseable {

    private final List<ShopProcess> all = new ArrayList<>();
    private final List<ShopProcess> serving = new CopyOnWriteArrayList<>();
    private final List<Future<?>> comingBack = new ArrayList<>();
    private final ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor();

    /// Starts them, the first alone: it makes the tables.
    ///
    /// @param folder of which each gets one below
    Crew(Path folder, int size, List<String> settings) throws IOException, InterruptedException {
        for (int number = 1; number <= size; number++) {
            all.add(ShopProcess.on(Files.createDirectories(folder.resolve("node-" + number)), settings));
        }
        try {
            all.getFirst().start();
            serving.add(all.getFirst());
            all.stream().skip(1).forEach(this::bringBack);
            awaitAll();
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    /// One that serves; when none does, one that will.
    URI any() {
        var live = List.copyOf(serving);
        var from = live.isEmpty() ? all : live;
        return from.get(ThreadLocalRandom.current().nextInt(from.size())).address();
    }

    int serving() {
        return serving.size();
    }

    /// Takes one of those that serve out, to be struck: nobody is sent to it any more.
    ShopProcess takeOne(Random random) {
        var chosen = serving.get(random.nextInt(serving.size()));
        serving.remove(chosen);
        return chosen;
    }

    /// Starts one that has ended; it is sent customers once it is ready.
    void bringBack(ShopProcess shop) {
        comingBack.add(starters.submit(() -> {
            shop.start();
            serving.add(shop);
            return null;
        }));
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

    List<ShopProcess> all() {
        return List.copyOf(all);
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
