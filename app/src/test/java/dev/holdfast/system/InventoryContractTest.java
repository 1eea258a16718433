package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;

import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import org.junit.jupiter.api.Test;

/// The exchanges of `/v1/inventory` and `/api/inventory`, word by word.
class InventoryContractTest {

    private final TestServer server = TestServer.shared();

    @Test
    void stock_is_set_added_to_and_read() {
        expect(server.put("/v1/inventory/ct_i_set", "{\"available\":100}"), 200, """
                {"sku":"ct_i_set","available":100,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":100,"reserved":0}]}
                """);
        expect(
                server.post("/v1/inventory/ct_i_set/receipts", "{\"quantity\":20}", "Idempotency-Key", "ct-i-r"),
                200,
                """
                {"sku":"ct_i_set","available":120,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":120,"reserved":0}]}
                """);
        expect(
                server.post("/v1/inventory/ct_i_set/receipts", "{\"quantity\":20}", "Idempotency-Key", "ct-i-r"),
                200,
                """
                {"sku":"ct_i_set","available":120,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":120,"reserved":0}]}
                """);
        expect(server.get("/v1/inventory/ct_i_set"), 200, """
                {"sku":"ct_i_set","available":120,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":120,"reserved":0}]}
                """);
        expectProblem(
                server.get("/v1/inventory/ct_i_nowhere"),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no stock of product 'ct_i_nowhere'",
                        "/v1/inventory/ct_i_nowhere"),
                "");
    }

    @Test
    void a_hold_is_made_repeated_and_released() {
        server.put("/v1/inventory/ct_i_book", "{\"available\":5}");
        var hold = "{\"saga_id\":\"ct_saga_1\",\"items\":[{\"item_id\":\"ct_i_book\",\"qty\":1}]}";
        var held = """
                {"saga_id":"ct_saga_1","reservation_id":"ct_saga_1","expires_at":"<time>",
                 "items":[{"item_id":"ct_i_book","qty":1,"warehouse_id":"main"}]}
                """;
        expect(server.post("/v1/inventory/hold", hold, "Idempotency-Key", "idemp_ct_saga_1_inv"), 200, held);
        expect(server.post("/v1/inventory/hold", hold, "Idempotency-Key", "\"idemp_ct_saga_1_inv\""), 200, held);
        expectProblem(
                server.post(
                        "/v1/inventory/hold",
                        hold.replace("\"qty\":1", "\"qty\":2"),
                        "Idempotency-Key",
                        "idemp_ct_saga_1_inv"),
                reused("/v1/inventory/hold"),
                "");
        expect(
                server.post(
                        "/v1/inventory/extend", "{\"saga_id\":\"ct_saga_1\",\"expires_at\":\"2090-01-01T00:00:00Z\"}"),
                200,
                held);
        expect(server.post("/v1/inventory/release", "{\"saga_id\":\"ct_saga_1\"}"), 200, """
                {"reservation_id":"ct_saga_1","items":[{"item_id":"ct_i_book","qty":1,"warehouse_id":"main"}]}
                """);
        expect(server.post("/v1/inventory/release", "{\"saga_id\":\"ct_saga_1\"}"), 200, """
                {"reservation_id":"ct_saga_1","items":[{"item_id":"ct_i_book","qty":1,"warehouse_id":"main"}]}
                """);
        expect(server.post("/v1/inventory/release", "{\"saga_id\":\"ct_saga_never\"}"), 200, """
                {"reservation_id":"ct_saga_never","items":[]}
                """);
    }

    @Test
    void a_hold_that_comes_after_its_release_is_refused() {
        server.post("/v1/inventory/release", "{\"saga_id\":\"ct_saga_1b\"}");
        var hold = "{\"saga_id\":\"ct_saga_1b\",\"items\":[{\"item_id\":\"ct_i_book\",\"qty\":1}]}";
        expectProblem(
                server.post("/v1/inventory/hold", hold, "Idempotency-Key", "idemp_ct_saga_1b_inv"),
                new Expected(
                        409,
                        "reservation-released",
                        "Reservation released",
                        "reservation 'ct_saga_1b': it was released; a hold that comes after its release is refused",
                        "/v1/inventory/hold"),
                "");
    }

    @Test
    void a_hold_of_more_than_there_is_names_what_falls_short() {
        server.put("/v1/inventory/ct_i_few", "{\"available\":1}");
        expectProblem(
                server.post(
                        "/v1/inventory/hold",
                        "{\"saga_id\":\"ct_saga_2\",\"items\":[{\"item_id\":\"ct_i_few\",\"qty\":2}]}"),
                new Expected(
                        409,
                        "out-of-stock",
                        "Out of stock",
                        "nothing is held; 'ct_i_few': 2 wanted, 1 available",
                        "/v1/inventory/hold"),
                "\"items\":[{\"item_id\":\"ct_i_few\",\"requested\":2,\"available\":1}]");
    }

    @Test
    void a_pinned_hold_is_committed_and_restocked() {
        server.put("/v1/inventory/ct_i_pin", "{\"available\":5}");
        server.post(
                "/v1/inventory/hold",
                "{\"saga_id\":\"ct_saga_3\",\"reservation_id\":\"ct_ord_3\",\"items\":[{\"item_id\":\"ct_i_pin\",\"qty\":2}]}");
        expect(server.post("/v1/inventory/extend", "{\"saga_id\":\"ct_saga_3\",\"pinned\":true}"), 200, """
                {"saga_id":"ct_saga_3","reservation_id":"ct_ord_3",
                 "items":[{"item_id":"ct_i_pin","qty":2,"warehouse_id":"main"}]}
                """);
        var committed = """
                {"reservation_id":"ct_ord_3","items":[{"item_id":"ct_i_pin","qty":2,"warehouse_id":"main"}]}
                """;
        expect(server.post("/v1/inventory/commit", "{\"saga_id\":\"ct_saga_3\"}"), 200, committed);
        expect(server.post("/v1/inventory/commit", "{\"reservation_id\":\"ct_ord_3\"}"), 200, committed);
        expectProblem(
                server.post("/v1/inventory/release", "{\"reservation_id\":\"ct_ord_3\"}"),
                new Expected(
                        409,
                        "reservation-committed",
                        "Reservation committed",
                        "reservation 'ct_ord_3': it is committed; restock brings its pieces back",
                        "/v1/inventory/release"),
                "");
        expect(
                server.post(
                        "/v1/inventory/restock",
                        "{\"reservation_id\":\"ct_ord_3\",\"items\":[{\"item_id\":\"ct_i_pin\",\"qty\":1}]}",
                        "Idempotency-Key",
                        "ct-restock"),
                200,
                "{\"reservation_id\":\"ct_ord_3\",\"items\":[{\"item_id\":\"ct_i_pin\",\"qty\":1,\"warehouse_id\":\"main\"}]}");
        expect(server.get("/v1/inventory/ct_i_pin"), 200, """
                {"sku":"ct_i_pin","available":4,"reserved":0,
                 "warehouses":[{"warehouse_id":"main","available":4,"reserved":0}]}
                """);
    }

    @Test
    void bad_requests_name_the_place() {
        expectInvalid(
                server.post("/v1/inventory/hold", "{\"saga_id\":\"ct_s\",\"items\":[{\"item_id\":\"a\",\"qty\":0}]}"),
                "/v1/inventory/hold",
                "#/items/0/qty",
                "must be 1 or more");
        expectInvalid(
                server.post("/v1/inventory/release", "{\"saga_id\":\"ct_s\",\"reservation_id\":\"ct_o\"}"),
                "/v1/inventory/release",
                "#/reservation_id",
                "or saga_id must be given, and not both");
    }

    /// 98 of 100 both times: a reservation already lowers what is available; commit only makes it final.
    @Test
    void the_older_contract_reserves_and_commits() {
        server.put("/v1/inventory/ct_AW1001", "{\"available\":100}");
        var two = "{\"sku\":\"ct_AW1001\",\"quantity\":2,\"reservation_id\":\"ct_ORD-987654\"}";
        var reserved = """
                {"sku":"ct_AW1001","reserved_quantity":2,"available_quantity":98,"reservation_id":"ct_ORD-987654"}
                """;
        expect(server.post("/api/inventory/reserve", two), 200, reserved);
        expect(server.post("/api/inventory/reserve", two), 200, reserved);
        expectProblem(
                server.post("/api/inventory/reserve", two.replace(":2,", ":3,")), reused("/api/inventory/reserve"), "");
        expectProblem(
                server.post("/api/inventory/commit", two.replace(":2,", ":3,")),
                new Expected(
                        409,
                        "more-than-held",
                        "More than held",
                        "'ct_ORD-987654/ct_AW1001' holds 2 pieces, not 3; nothing was changed",
                        "/api/inventory/commit"),
                "");
        var deducted = "{\"sku\":\"ct_AW1001\",\"deducted_quantity\":2,\"final_available_quantity\":98}";
        expect(server.post("/api/inventory/commit", two), 200, deducted);
        expect(server.post("/api/inventory/commit", two), 200, deducted);
    }

    @Test
    void the_older_contract_releases() {
        server.put("/v1/inventory/ct_AW1002", "{\"available\":100}");
        var two = "{\"sku\":\"ct_AW1002\",\"quantity\":2,\"reservation_id\":\"ct_ORD-2\"}";
        server.post("/api/inventory/reserve", two);
        var released = "{\"sku\":\"ct_AW1002\",\"released_quantity\":2,\"available_quantity\":100}";
        expect(server.post("/api/inventory/release", two), 200, released);
        expect(server.post("/api/inventory/release", two), 200, released);
    }

    private static Expected reused(String instance) {
        return new Expected(
                422,
                "idempotency-key-reused",
                "Idempotency-Key reused",
                "this Idempotency-Key came before with another request; send that body again, or take a new key",
                instance);
    }
}
