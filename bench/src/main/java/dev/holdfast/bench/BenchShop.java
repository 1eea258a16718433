package dev.holdfast.bench;

import dev.holdfast.HoldfastApplication;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/// A whole shop in this process, as `serve` starts it, on a database of a cluster.
final class BenchShop implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private BenchShop(List<String> arguments) {
        this.context = new SpringApplicationBuilder(HoldfastApplication.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run(arguments.toArray(String[]::new));
    }

    /// @param settings of the shop, `--name=value`, beside those that point it at the database
    static BenchShop open(BenchCluster cluster, String database, String... settings) {
        var arguments = new ArrayList<String>();
        arguments.add("--server.port=0");
        arguments.addAll(List.of(settings));
        arguments.addAll(cluster.argumentsOf(database));
        return new BenchShop(arguments);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
