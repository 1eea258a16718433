package dev.holdfast.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.Web;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

class ShippingHttpTest {

    private static final String BODY = """
            {"order_id":"ORD-987654","destination":{"name":"Jane Doe","address1":"123 Main St","city":"Anytown",\
            "state":"CA","zip":"90210","country":"US"},"package_dimensions":{"length":10,"width":8,"height":4,\
            "unit":"inches"},"weight":{"value":1.5,"unit":"lbs"}}""";

    private final ShippingFixture fixture = new ShippingFixture();
    private final MockMvcTester http =
            Web.of(new LabelsController(fixture.node.shipping()), new CreateLabelController(fixture.node.shipping()));

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void create_label_answers_the_label_and_the_same_again() {
        var first = post("/api/shipping/create_label", BODY, null);
        assertThat(first).hasStatusOk().bodyJson().satisfies(json -> {
            assertThat(json.getJson())
                    .matches("\\{\"shipping_id\":\"SHIP-[^\"]+\",\"order_id\":\"ORD-987654\","
                            + "\"tracking_number\":\"\\d{12}\",\"status\":\"created\"}");
        });
        var again = post("/api/shipping/create_label", BODY, null);
        assertThat(again).bodyText().isEqualTo(text(first));
    }

    @Test
    void a_label_names_its_carrier() {
        var body =
                BODY.replace("{\"order_id\"", "{\"carrier\":\"ups\",\"delivery_preference\":\"express\",\"order_id\"");
        assertThat(post("/v1/shipping/labels", body, "\"key-1\""))
                .hasStatusOk()
                .bodyJson()
                .satisfies(json -> {
                    assertThat(json.getJson())
                            .matches(
                                    "\\{\"shipping_id\":\"SHIP-[^\"]+\",\"order_id\":\"ORD-987654\",\"carrier\":\"ups\","
                                            + "\"tracking_number\":\"1Z[0-9A-Z]{16}\",\"status\":\"created\"}");
                });
        assertThat(post("/v1/shipping/labels", BODY, "\"key-1\"")).hasStatus(422);
    }

    @Test
    void a_label_is_cancelled_by_its_shipping_id() {
        var label = fixture.node.shipping().createLabel(ShippingFixture.request("ord_1"));
        var id = ((ShippingApi.Labelled) label).shippingId();
        for (int i = 0; i < 2; i++) {
            assertThat(http.post().uri("/v1/shipping/labels/" + id + "/cancel"))
                    .hasStatusOk()
                    .bodyJson()
                    .isStrictlyEqualTo("{\"shipping_id\":\"" + id + "\",\"status\":\"cancelled\"}");
        }
        assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
        assertThat(http.post().uri("/v1/shipping/labels/SHIP-NONE/cancel")).hasStatus(404);
    }

    @Test
    void a_label_that_was_cancelled_or_refused_is_a_conflict() {
        assertThat(post("/v1/shipping/labels", BODY.replace("90210", "00000"), null))
                .hasStatus(409)
                .bodyJson()
                .extractingPath("slug")
                .isEqualTo("label-refused");
        fixture.node.shipping().undo("ORD-1", "create_label-ORD-1", "undo");
        assertThat(post("/api/shipping/create_label", BODY.replace("ORD-987654", "ORD-1"), null))
                .hasStatus(409)
                .bodyJson()
                .extractingPath("slug")
                .isEqualTo("label-cancelled");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"US\"|\"XX\"|#/destination/country",
                "\"US\"|\"us\"|#/destination/country",
                "\"Jane Doe\"|\"\"|#/destination/name",
                "\"name\":\"Jane Doe\",||#/destination/name",
                "\"length\":10|\"length\":0|#/package_dimensions/length",
                "\"length\":10|\"length\":-1|#/package_dimensions/length",
                "\"length\":10|\"length\":1e400|#/package_dimensions/length",
                "\"inches\"|\"feet\"|#/package_dimensions/unit",
                "\"value\":1.5|\"value\":0|#/weight/value",
                "\"lbs\"|\"stone\"|#/weight/unit",
                "\"ORD-987654\"|\"\"|#/order_id",
                "Anytown|A\\u0000B|#/destination/city",
                "Anytown|A\\ud800B|#/destination/city",
                "\"weight\":|\"carrier\":\"dhl\",\"weight\":|#/carrier"
            })
    void bad_input_is_refused_with_a_pointer_and_nothing_is_recorded(String good, String bad, String pointer) {
        var body = BODY.replace(good, bad == null ? "" : bad);
        assertThat(post("/v1/shipping/labels", body, "\"key-1\""))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("errors[0].pointer")
                .isEqualTo(pointer);
        assertThat(fixture.jdbc
                        .sql("SELECT count(*) FROM shipping.shipments")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void unknown_fields_and_missing_destinations_are_refused() {
        assertThat(post("/v1/shipping/labels", "{\"order_id\":\"ORD-1\",\"colour\":\"red\"}", null))
                .hasStatus(400);
        assertThat(post("/v1/shipping/labels", "{\"order_id\":\"ORD-1\"}", null))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("errors[0].pointer")
                .isEqualTo("#/destination");
        assertThat(post(
                        "/api/shipping/create_label",
                        BODY.replace("{\"order_id\"", "{\"carrier\":\"ups\",\"order_id\""),
                        null))
                .hasStatus(400);
    }

    private MvcTestResult post(String uri, String body, String key) {
        var request =
                http.post().uri(uri).contentType(MediaType.APPLICATION_JSON).content(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).exchange();
    }

    private static String text(MvcTestResult result) {
        try {
            return result.getResponse().getContentAsString();
        } catch (java.io.UnsupportedEncodingException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
