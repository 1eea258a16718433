package dev.holdfast.testing;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.platform.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import tools.jackson.databind.JsonNode;

/// The whole application on a port of its own and a database of its own, asked over HTTP as callers do.
///
/// [#shared()] is started once per run and closed at its end; tests that share it use ids of their own. A test that
/// needs other settings starts one with [#with].
public final class TestServer implements AutoCloseable {

    private final TestDatabase database = TestDatabase.fresh();
    private final ConfigurableApplicationContext application;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /// What came back.
    public record Answer(int status, HttpHeaders headers, String body) {

        public JsonNode json() {
            return Json.mapper().readTree(body);
        }

        public <T> T as(Class<T> type) {
            return Json.read(body, type);
        }

        public String header(String name) {
            return headers.firstValue(name).orElse(null);
        }
    }

    private TestServer(List<Class<?>> more, String... settings) {
        var arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--holdfast.datasource.url=" + database.url(),
                "--holdfast.datasource.username=postgres"));
        for (var setting : settings) {
            arguments.add("--" + setting);
        }
        application = new SpringApplicationBuilder(HoldfastApplication.class)
                .sources(more.toArray(Class<?>[]::new))
                .initializers(context -> context.getBeanFactory().registerSingleton("noTestCode", new NoTestCode()))
                .run(arguments.toArray(String[]::new));
    }

    /// The server of this run.
    public static TestServer shared() {
        return Shared.SERVER;
    }

    /// A server with settings over the usual ones: `"holdfast.http.max-body=1KB"`.
    public static TestServer with(String... settings) {
        return new TestServer(List.of(), settings);
    }

    /// A server with a controller of a test, and settings.
    public static TestServer with(Class<?> controller, String... settings) {
        return new TestServer(List.of(controller), settings);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"));
    }

    public TestDatabase database() {
        return database;
    }

    /// A bean of the server, for what HTTP does not show.
    public <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    /// @param headers names and values in turn
    public Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /// @param body a text is sent as it is, anything else as JSON
    public Answer post(String path, Object body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Answer put(String path, Object body, String... headers) {
        return send("PUT", path, body, headers);
    }

    public Answer delete(String path, String... headers) {
        return send("DELETE", path, null, headers);
    }

    /// Sends JSON unless a `Content-Type` among the headers says otherwise.
    public Answer send(String method, String path, Object body, String... headers) {
        var request = HttpRequest.newBuilder(uri().resolve(path)).timeout(Duration.ofSeconds(30));
        request.setHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        var publisher = body == null
                ? BodyPublishers.noBody()
                : BodyPublishers.ofString(body instanceof String text ? text : Json.write(body));
        try {
            var answer = http.send(request.method(method, publisher).build(), BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.headers(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        http.close();
        application.close();
        database.close();
    }

    /// Test code lies in the packages of the application, and its controllers and advices are none of the server's.
    private static final class NoTestCode extends TypeExcludeFilter {

        private final String testClasses = TestServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString();

        @Override
        public boolean match(MetadataReader type, MetadataReaderFactory factory) throws IOException {
            return type.getResource().getURI().toString().startsWith(testClasses);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof NoTestCode;
        }

        @Override
        public int hashCode() {
            return NoTestCode.class.hashCode();
        }
    }

    private static final class Shared {
        private static final TestServer SERVER = start();

        /// Spring closes the application itself when the JVM ends.
        private static TestServer start() {
            return new TestServer(List.of());
        }
    }
}
