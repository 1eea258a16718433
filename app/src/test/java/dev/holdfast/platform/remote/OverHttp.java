package dev.holdfast.platform.remote;

import dev.holdfast.gateway.DoorWording;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/// A service of a test behind the real internal door, on a real port: what the other process is in production.
public final class OverHttp implements AutoCloseable {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Context context;
    private final InternalController door;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Sender sender;
    private final RemoteService service;

    private OverHttp(Offer offer) {
        var role = offer.role();
        var settings = RemoteFixture.settings(Duration.ofSeconds(30), Duration.ofSeconds(60));
        door = new InternalController(
                Roles.of(role.word()), new InternalController.AllOffers(List.of(offer)), DoorWording.get(), settings);
        var path = "/over-http-" + COUNTER.incrementAndGet();
        context = Port.TOMCAT.addContext(path, null);
        Tomcat.addServlet(context, "door", new Door()).setAsyncSupported(true);
        context.addServletMappingDecoded("/internal/v1/*", "door");
        var uri = URI.create("http://127.0.0.1:" + Port.TOMCAT.getConnector().getLocalPort() + path);
        sender = new Sender(uri, role, settings, threads);
        service = new RemoteService(
                role, settings, sender, new RemoteMetrics(new SimpleMeterRegistry(), Clock.systemUTC()));
    }

    public static OverHttp serving(Offer offer) {
        return new OverHttp(offer);
    }

    public RemoteService service() {
        return service;
    }

    @Override
    public void close() throws Exception {
        service.close();
        sender.close();
        threads.close();
        Port.TOMCAT.getHost().removeChild(context);
        context.destroy();
        door.destroy();
    }

    private final class Door extends HttpServlet {

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                door.batch(request.getPathInfo().split("/")[1], request, response);
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    /// One for all tests of the run.
    private static final class Port {
        private static final Tomcat TOMCAT = start();

        private static Tomcat start() {
            try {
                Path folder = Files.createTempDirectory("over-http-");
                folder.toFile().deleteOnExit();
                var tomcat = new Tomcat();
                tomcat.setBaseDir(folder.toString());
                tomcat.setPort(0);
                tomcat.getConnector();
                tomcat.start();
                return tomcat;
            } catch (IOException | LifecycleException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
