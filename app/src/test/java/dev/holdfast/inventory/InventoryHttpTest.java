package dev.holdfast.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

class InventoryHttpTest {

    private final InventoryFixture fixture = new InventoryFixture();
    private final MockMvcTester door = MockMvcTester.create(MockMvcBuilders.standaloneSetup(
                    new InventoryController(fixture.inventory),
                    new StockController(fixture.inventory, fixture.warehouses),
                    new OlderInventoryController(fixture.inventory))
            .setMessageConverters(new JacksonJsonHttpMessageConverter(Json.mapper()))
            .setControllerAdvice(new Problems())
            .build());

    /// The shortest door that shows the problems.
    @RestControllerAdvice
    static class Problems {

        @ExceptionHandler
        ResponseEntity<Map<String, Object>> problem(ProblemException problem) {
            var body = new LinkedHashMap<String, Object>(problem.extensions());
            body.put("slug", problem.slug());
            body.put("detail", problem.getMessage());
            return ResponseEntity.status(problem.status()).body(body);
        }

        @ExceptionHandler
        ResponseEntity<Map<String, Object>> reused(KeyReusedException reused) {
            return ResponseEntity.status(422).body(Map.of("detail", reused.getMessage()));
        }
    }

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().holds()).isTrue();
        fixture.close();
    }

    @Test
    void the_older_contract_reserves_two_of_a_hundred_and_commits_them() {
        fixture.stock("AW1001", 100);
        var body = """
                {"sku":"AW1001","quantity":2,"reservation_id":"ORD-987654"}""";
        for (int i = 0; i < 2; i++) {
            answers("/api/inventory/reserve", body, 200, """
                    {"sku":"AW1001","reserved_quantity":2,"available_quantity":98,"reservation_id":"ORD-987654"}""");
        }
        for (int i = 0; i < 2; i++) {
            answers("/api/inventory/commit", body, 200, """
                    {"sku":"AW1001","deducted_quantity":2,"final_available_quantity":98}""");
        }
    }

    @Test
    void the_older_contract_reserves_product_by_product_and_releases() {
        fixture.stock("a", 10);
        fixture.stock("b", 10);
        answers("/api/inventory/reserve", older("a", 2), 200, """
                {"available_quantity":8}""");
        answers("/api/inventory/reserve", older("b", 3), 200, """
                {"available_quantity":7}""");
        answers("/api/inventory/release", older("a", 2), 200, """
                {"sku":"a","released_quantity":2,"available_quantity":10}""");
        answers("/v1/inventory/release", """
                {"saga_id":"ORD-1"}""", 200, """
                {"items":[{"item_id":"a","qty":2,"warehouse_id":"main"},{"item_id":"b","qty":3,"warehouse_id":"main"}]}""");
        answers("/api/inventory/reserve", older("b", 3), 409, """
                {"slug":"reservation-released"}""");
        assertThat(fixture.texts("SELECT data::json ->> 'order_id' FROM inventory.told"))
                .containsOnly("ORD-1");
    }

    @Test
    void the_older_contract_settles_parts_and_never_more_than_is_held() {
        fixture.stock("a", 10);
        answers("/api/inventory/reserve", older("a", 5), 200, "{}");
        answers("/api/inventory/commit", older("a", 6), 409, """
                {"slug":"more-than-held"}""");
        assertThat(post("/api/inventory/commit", older("a", 2), "k1")).hasStatus(200);
        assertThat(post("/api/inventory/commit", older("a", 2), "k1")).hasStatus(200);
        assertThat(post("/api/inventory/commit", older("a", 1), "k1")).hasStatus(422);
        assertThat(post("/api/inventory/release", older("a", 4), "k2")).hasStatus(409);
        assertThat(post("/api/inventory/release", older("a", 1), "k2"))
                .hasStatus(200)
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"released_quantity":1,"available_quantity":6}""");
        assertThat(post("/api/inventory/commit", older("a", 2), "k3")).hasStatus(200);
        assertThat(post("/api/inventory/commit", older("a", 1), "k4")).hasStatus(409);
        assertThat(fixture.texts("SELECT available || ' ' || reserved || ' ' || committed FROM inventory.inventory"))
                .containsExactly("6 0 4");
        answers("/api/inventory/commit", older("unknown", 1), 409, """
                {"slug":"more-than-held"}""");
    }

    @Test
    void a_hold_answers_as_the_contract_has_it() {
        fixture.stock("item_book_1", 1);
        var hold = """
                {"saga_id":"saga_chk_abc123","items":[{"item_id":"item_book_1","qty":1}]}""";
        var held = """
                {"saga_id":"saga_chk_abc123","reservation_id":"saga_chk_abc123",
                 "items":[{"item_id":"item_book_1","qty":1,"warehouse_id":"main"}]}""";
        assertThat(post("/v1/inventory/hold", hold, "\"idemp_saga_abc123_inv\""))
                .hasStatus(200)
                .bodyJson()
                .isLenientlyEqualTo(held)
                .hasPathSatisfying("$.expires_at", value -> assertThat(value).isNotNull());
        answers("/v1/inventory/extend", """
                {"saga_id":"saga_chk_abc123","pinned":true}""", 200, held);
        answers("/v1/inventory/commit", """
                {"saga_id":"saga_chk_abc123"}""", 200, "{}");
        answers("/v1/inventory/release", """
                {"saga_id":"saga_chk_abc123"}""", 409, """
                {"slug":"reservation-committed"}""");
        answers("/v1/inventory/restock", """
                {"reservation_id":"saga_chk_abc123","items":[{"item_id":"item_book_1","qty":1}]}""", 200, """
                {"items":[{"item_id":"item_book_1","qty":1,"warehouse_id":"main"}]}""");
    }

    @Test
    void a_hold_out_of_stock_says_of_what() {
        fixture.stock("book", 1);
        answers("/v1/inventory/hold", """
                {"saga_id":"s","reservation_id":"o","items":[{"item_id":"book","qty":2}]}""", 409, """
                {"slug":"out-of-stock","items":[{"item_id":"book","requested":2,"available":1}]}""");
    }

    @Test
    void releasing_nothing_is_fine() {
        answers("/v1/inventory/release", """
                {"reservation_id":"nobody"}""", 200, """
                {"reservation_id":"nobody","items":[]}""");
    }

    @Test
    void operators_set_and_add_what_is_available() {
        assertThat(door.get().uri("/v1/inventory/book")).hasStatus(404);
        put("/v1/inventory/book", """
                {"available":100}""", """
                {"sku":"book","available":100,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":100,"reserved":0}]}""");
        put("/v1/inventory/book", """
                {"available":90}""", """
                {"available":90}""");
        var receipt = """
                {"quantity":10}""";
        for (int i = 0; i < 2; i++) {
            assertThat(post("/v1/inventory/book/receipts", receipt, "delivery-7"))
                    .hasStatus(200)
                    .bodyJson()
                    .isLenientlyEqualTo("""
                            {"available":100}""");
        }
        assertThat(post("/v1/inventory/book/receipts", "{\"quantity\":11}", "delivery-7"))
                .hasStatus(422);
        assertThat(fixture.texts("SELECT kind || ' ' || quantity FROM inventory.ledger ORDER BY movement_id"))
                .containsExactly("corrected 100", "corrected -10", "received 10");
    }

    @Test
    void what_is_set_is_what_a_reader_sees_also_with_lapsed_holds() {
        fixture.stock("book", 10);
        fixture.inventory.hold(InventoryFixture.request("r", InventoryFixture.line("book", 4)));
        fixture.lapse("r");
        put("/v1/inventory/book", """
                {"available":7}""", """
                {"available":7,"reserved":0}""");
    }

    @Test
    void a_warehouse_is_put_and_served_from() {
        put("/v1/warehouses/leipzig", """
                {"name":"Leipzig","country":"DE","latitude":51.3,"longitude":12.4}""", """
                {"warehouse_id":"leipzig","priority":100}""");
        put("/v1/inventory/book", """
                {"available":3,"warehouse_id":"leipzig"}""", """
                {"warehouses":[{"warehouse_id":"leipzig","available":3}]}""");
        answers("/v1/inventory/hold", """
                {"saga_id":"s","country":"FR","items":[{"item_id":"book","qty":2}]}""", 200, """
                {"items":[{"item_id":"book","qty":2,"warehouse_id":"leipzig"}]}""");
    }

    @Test
    void bad_input_is_refused_with_its_place_and_changes_nothing() {
        refuses("/v1/inventory/hold", "{\"saga_id\":\"s\",\"items\":[]}", "#/items");
        refuses("/v1/inventory/hold", "{\"items\":[{\"item_id\":\"a\",\"qty\":1}]}", "#/saga_id");
        refuses("/v1/inventory/hold", "{\"saga_id\":\"s\",\"items\":[null]}", "#/items/0");
        refuses("/v1/inventory/hold", "{\"saga_id\":\"s\",\"items\":[{\"item_id\":\"a\"}]}", "#/items/0/qty");
        refuses("/v1/inventory/hold", "{\"saga_id\":\"s\",\"items\":[{\"item_id\":\"a\",\"qty\":0}]}", "#/items/0/qty");
        refuses(
                "/v1/inventory/hold",
                "{\"saga_id\":\"s\",\"items\":[{\"item_id\":\"a\",\"qty\":1000001}]}",
                "#/items/0/qty");
        refuses(
                "/v1/inventory/hold",
                "{\"saga_id\":\"s\",\"items\":[{\"item_id\":\"a\\u0000\",\"qty\":1}]}",
                "#/items/0/item_id");
        refuses("/v1/inventory/hold", "{\"saga_id\":\"\\ud800\",\"items\":[]}", "#/saga_id");
        refuses("/v1/inventory/release", "{}", "#/reservation_id");
        refuses("/v1/inventory/commit", "{\"saga_id\":\"a\",\"reservation_id\":\"b\"}", "#/reservation_id");
        refuses("/v1/inventory/extend", "{\"saga_id\":\"a\"}", "#/expires_at");
        refuses("/v1/inventory/book/receipts", "{\"quantity\":-1}", "#/quantity");
        refuses("/v1/inventory/book/receipts", "{\"quantity\":1,\"warehouse_id\":\"moon\"}", "#/warehouse_id");
        refuses("/api/inventory/reserve", "{\"sku\":\"a\",\"reservation_id\":\"b\"}", "#/quantity");
        assertThat(fixture.texts("SELECT 1 FROM inventory.reservations")).isEmpty();
    }

    @Test
    void a_malformed_key_is_refused_wherever_one_may_be_sent() {
        for (var operation : new String[] {"hold", "release", "commit", "extend", "restock"}) {
            assertThat(post("/v1/inventory/" + operation, "{\"saga_id\":\"s\",\"pinned\":true}", "two words"))
                    .as(operation)
                    .hasStatus(400);
        }
    }

    private static String older(String sku, int quantity) {
        return "{\"sku\":\"%s\",\"quantity\":%d,\"reservation_id\":\"ORD-1\"}".formatted(sku, quantity);
    }

    private MockMvcTester.MockMvcRequestBuilder post(String path, String body, String key) {
        var request =
                door.post().uri(path).contentType(MediaType.APPLICATION_JSON).content(body);
        return key == null ? request : request.header("Idempotency-Key", key);
    }

    private void answers(String path, String body, int status, String expected) {
        assertThat(post(path, body, null)).hasStatus(status).bodyJson().isLenientlyEqualTo(expected);
    }

    private void refuses(String path, String body, String pointer) {
        answers(path, body, 400, "{\"errors\":[{\"pointer\":\"%s\"}]}".formatted(pointer));
    }

    private void put(String path, String body, String expected) {
        assertThat(door.method(HttpMethod.PUT)
                        .uri(path)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(body))
                .hasStatus(200)
                .bodyJson()
                .isLenientlyEqualTo(expected);
    }
}
