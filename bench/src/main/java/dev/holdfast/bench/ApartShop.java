package dev.holdfast.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A shop whose inventory and payment are processes of their own, each as `serve --roles=…` starts it; the rest,
/// the engine among it, is in this process. All use one database, each its own schemas, and reach each other by
/// HTTP only.
final class ApartShop implements AutoCloseable {

    static final List<String> APART = List.of("inventory", "payment");

    private static final String HERE = "checkout,catalog,customers,cart,orders,shipping,notification";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, StartedShop> processes = new LinkedHashMap<>();
    private final BenchShop here;

    private ApartShop(BenchCluster cluster, String database) throws IOException {
        var ports = new LinkedHashMap<String, Integer>();
        var settings = new ArrayList<String>();
        settings.add("--holdfast.roles=" + HERE);
        for (var role : APART) {
            ports.put(role, freePort());
            settings.add("--holdfast.services." + role + ".url=http://127.0.0.1:" + ports.get(role));
        }
        // Nobody is called yet, so the others may come later; and only then is it known where this one listens.
        here = BenchShop.open(cluster, database, settings, UnaryOperator.identity());
        try {
            for (var role : APART) {
                var folder = Files.createDirectories(cluster.folder().resolve(database + "-" + role));
                var process = StartedShop.ofRoles(http, argumentsOf(role, cluster, database), folder, ports.get(role));
                processes.put(role, process);
                cluster.endBefore(process);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Returns when all of it serves.
    static ApartShop open(BenchCluster cluster, String database) throws IOException, InterruptedException {
        var shop = new ApartShop(cluster, database);
        try {
            for (var process : shop.processes.values()) {
                process.untilReady();
            }
            return shop;
        } catch (IOException | InterruptedException | RuntimeException e) {
            shop.close();
            throw e;
        }
    }

    private List<String> argumentsOf(String role, BenchCluster cluster, String database) {
        var arguments = new ArrayList<String>();
        arguments.add("--roles=" + role);
        var settings = new ArrayList<>(cluster.argumentsOf(database));
        settings.add("--holdfast.services.notification.url=" + here.address());
        for (var setting : settings) {
            arguments.addAll(List.of("--set", setting.substring("--".length())));
        }
        return arguments;
    }

    /// The part of it that is in this process.
    BenchShop here() {
        return here;
    }

    /// The others, by role.
    Map<String, StartedShop> processes() {
        return Collections.unmodifiableMap(processes);
    }

    @Override
    public void close() throws IOException {
        try (http) {
            here.close();
            for (var process : processes.values()) {
                process.close();
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
