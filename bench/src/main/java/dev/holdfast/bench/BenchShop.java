package dev.holdfast.bench;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.flows.Participants;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/// A whole shop in this process, as `serve` starts it, on a database of a cluster.
final class BenchShop implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private BenchShop(List<String> arguments, UnaryOperator<Participants> around) {
        this.context = new SpringApplicationBuilder(HoldfastApplication.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(started -> started.getBeanFactory().addBeanPostProcessor(new Wrapping(around)))
                .run(arguments.toArray(String[]::new));
    }

    static BenchShop open(BenchCluster cluster, String database) {
        return open(cluster, database, List.of(), UnaryOperator.identity());
    }

    /// @param settings properties as arguments, `--holdfast.saga.max-in-flight=20000`
    /// @param around puts something between the flows and the services they call
    static BenchShop open(
            BenchCluster cluster, String database, List<String> settings, UnaryOperator<Participants> around) {
        var arguments = new ArrayList<String>();
        arguments.add("--server.port=0");
        arguments.addAll(cluster.argumentsOf(database));
        arguments.addAll(settings);
        return new BenchShop(arguments, around);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /// Where its door is.
    String address() {
        return "http://127.0.0.1:"
                + ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    @Override
    public void close() {
        context.close();
    }

    private record Wrapping(UnaryOperator<Participants> around) implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof Participants services ? around.apply(services) : bean;
        }
    }
}
