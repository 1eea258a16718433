package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi;
import dev.holdfast.cart.PriceList;
import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.platform.Json;
import dev.holdfast.testing.TestDatabase;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import tools.jackson.databind.JsonNode;

/// A process that runs carts, products and customers only: over HTTP, through the gateway, on Tomcat.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StorefrontTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext application;
    private URI server;

    /// Bears no stereotype, so that no scan of the whole application comes upon it.
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    @ConfigurationPropertiesScan({"dev.holdfast.platform", "dev.holdfast.gateway"})
    @ComponentScan(
            basePackages = {
                "dev.holdfast.platform",
                "dev.holdfast.gateway",
                "dev.holdfast.catalog",
                "dev.holdfast.customers",
                "dev.holdfast.cart"
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.CUSTOM, classes = TypeExcludeFilter.class))
    static class Shop {

        @Bean
        PriceList prices(CatalogApi catalog) {
            return skus -> catalog.find(List.copyOf(skus)).values().stream()
                    .collect(Collectors.toMap(
                            CatalogApi.Product::sku, product -> new PriceList.Shown(product.name(), product.price())));
        }
    }

    @BeforeAll
    void start() {
        application = new SpringApplicationBuilder(Shop.class)
                .run(
                        "--server.port=0",
                        "--holdfast.datasource.url=" + database.url(),
                        "--holdfast.datasource.username=postgres");
        server = URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"));
    }

    @AfterAll
    void stop() throws Exception {
        http.close();
        application.close();
        database.close();
    }

    @Test
    void a_cart_is_priced_by_an_imported_catalog() throws Exception {
        var imported = post(
                "/v1/products:import",
                "sku,name,price,currency\ncs_mug,Mug,8.00,USD\ncs_bad,Bad,0,USD\n",
                "Content-Type",
                "text/csv");
        assertThat(imported.status()).isEqualTo(200);
        assertThat(imported.json().at("/imported").asInt()).isEqualTo(1);
        assertThat(imported.json().at("/rejected/0/line").asInt()).isEqualTo(3);

        var cart = put("/v1/carts/cs_cart", "{\"currency\":\"USD\",\"items\":[{\"sku\":\"cs_mug\",\"quantity\":3}]}");
        assertThat(cart.status()).isEqualTo(201);
        assertThat(cart.json().at("/total/amount").asLong()).isEqualTo(2_400);

        put("/v1/products/cs_mug", "{\"name\":\"Mug\",\"price\":{\"amount\":900,\"currency\":\"USD\"}}");
        assertThat(get("/v1/carts/cs_cart").json().at("/changes/0/now/amount").asLong())
                .isEqualTo(900);
    }

    @Test
    void a_customer_is_kept() throws Exception {
        var customer = "{\"name\":\"Alice\",\"email\":\"alice@example.com\",\"payment_method_ids\":[\"pm_1\"]}";
        assertThat(put("/v1/customers/cs_alice", customer).status()).isEqualTo(201);
        assertThat(get("/v1/customers/cs_alice")
                        .json()
                        .at("/payment_method_ids/0")
                        .asString())
                .isEqualTo("pm_1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /v1/carts/cs_x    | {"currency":"USD","items":[{"sku":"cs_mug","quantity":2147483648}]} | #/items/0/quantity
            /v1/carts/cs_x    | {"currency":"USD","items":[{"sku":"cs_mug","quantity":1e400}]}      | #/items/0/quantity
            /v1/carts/cs_x    | {"currency":"USD","colour":"red"}                                   | #/colour
            /v1/carts/cs_x    | {"currency":"USD","items":[{"sku":"\\ud800","quantity":1}]}         | #/items/0/sku
            /v1/products/cs_x | {"name":"n","price":{"amount":1.5,"currency":"USD"}}                | #/price/amount
            /v1/products/cs_x | {"name":"n","price":{"amount":1,"currency":"ABC"}}                  | #/price
            /v1/products/cs_x | {"name":"n","price":{"currency":"USD"}}                             | #/price/amount
            /v1/customers/cs_x | {"name":"n","email":"n@example.com","addresses":[{"zap":1}]}       | #/addresses/0/zap
            """)
    void bad_input_is_a_problem_with_a_pointer(String path, String body, String pointer) throws Exception {
        var refused = put(path, body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.type()).isEqualTo("application/problem+json");
        assertThat(refused.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
        assertThat(get(path).status()).isEqualTo(404);
    }

    @Test
    void a_reused_key_and_a_frozen_cart_are_problems() throws Exception {
        put("/v1/products/cs_pen", "{\"name\":\"Pen\",\"price\":{\"amount\":250,\"currency\":\"USD\"}}");
        var cart = "{\"currency\":\"USD\",\"items\":[{\"sku\":\"cs_pen\",\"quantity\":1}]}";
        assertThat(put("/v1/carts/cs_key", cart, "Idempotency-Key", "\"cs-k\"").status())
                .isEqualTo(201);
        assertThat(put("/v1/carts/cs_key", cart, "Idempotency-Key", "cs-k").status())
                .isEqualTo(201);
        assertThat(put("/v1/carts/cs_key", "{\"currency\":\"USD\"}", "Idempotency-Key", "cs-k")
                        .status())
                .isEqualTo(422);

        application.getBean(CartApi.class).freeze("cs_key", "saga_cs");
        var refused = delete("/v1/carts/cs_key");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().at("/type").asString()).endsWith("/cart-frozen");
        assertThat(refused.json().at("/saga_id").asString()).isEqualTo("saga_cs");
    }

    /// The connection ends in the middle of the file: nothing of it is imported, and the server goes on.
    @Test
    void an_upload_that_breaks_off_imports_nothing() throws Exception {
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("POST /v1/products:import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n"
                                    + "\r\nsku,name,price,currency\ncs_half,Half,1.00,USD\n")
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.shutdownOutput();
            // The server's answer, or the end of the connection: either way it is done with the request.
            socket.getInputStream().readAllBytes();
        }
        assertThat(get("/v1/products/cs_half").status()).isEqualTo(404);
    }

    @Test
    void a_sku_with_unusual_letters_is_found_by_its_path() throws Exception {
        var path = "/v1/products/cs_%C3%A6:%40+1";
        assertThat(put(path, "{\"name\":\"Odd\",\"price\":{\"amount\":1,\"currency\":\"USD\"}}")
                        .status())
                .isEqualTo(201);
        assertThat(get(path).json().at("/sku").asString()).isEqualTo("cs_æ:@+1");
        assertThat(get("/v1/products/%00").status()).isIn(400, 404);
        assertThat(get("/v1/carts/%01").status()).isIn(400, 404);
        assertThat(get("/v1/products?query=%00").status()).isEqualTo(400);
    }

    private record Answer(int status, String type, String body) {

        JsonNode json() {
            return Json.mapper().readTree(body);
        }
    }

    private Answer get(String path) throws Exception {
        return send("GET", path, "");
    }

    private Answer put(String path, String body, String... headers) throws Exception {
        return send("PUT", path, body, headers);
    }

    private Answer post(String path, String body, String... headers) throws Exception {
        return send("POST", path, body, headers);
    }

    private Answer delete(String path) throws Exception {
        return send("DELETE", path, "");
    }

    private Answer send(String method, String path, String body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(server.resolve(path)).header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        var answer = http.send(
                request.method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(
                answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(null), answer.body());
    }
}
