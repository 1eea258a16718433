package dev.holdfast.customers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Web;
import java.time.Clock;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomersTest {

    private static final String ALICE = """
            {"name":"Alice","email":"alice@example.com",
             "addresses":[{"name":"Alice A.","address1":"123 Main St","city":"Anytown","state":"CA",
               "zip":"90210","country":"US"}],
             "payment_method_ids":["pm_card_visa_882","pm_2"]}
            """;

    private final TestDatabase database = TestDatabase.with("customers");
    private Customers customers;
    private MockMvcTester web;

    @BeforeAll
    void open() {
        var store = new CustomerStore(database.dataSource(), new RequestKeys("customers"), Clock.systemUTC());
        customers = new Customers(store, database.open("customers", database.of("customers"), store));
        web = Web.of(new CustomersController(customers));
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    void a_customer_is_created_shown_and_replaced() {
        assertThat(put("usr_alice", ALICE, null)).hasStatus(201);
        assertThat(web.get().uri("/v1/customers/usr_alice"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo(ALICE);
        assertThat(put("usr_alice", "{\"name\":\"Alice B.\",\"email\":\"b@example.com\"}", null))
                .hasStatus(200);

        var alice = customers.find("usr_alice").orElseThrow();
        assertThat(alice).isEqualTo(new Customer("usr_alice", "Alice B.", "b@example.com", List.of(), List.of()));
    }

    @Test
    void the_same_key_replays_and_another_body_under_it_is_refused() {
        assertThat(put("usr_key", ALICE, "k")).hasStatus(201);
        assertThat(put("usr_key", ALICE, "k")).hasStatus(201);
        assertThat(put("usr_key", "{\"name\":\"A\",\"email\":\"a@example.com\"}", "k"))
                .hasStatus(422);
        assertThat(customers.find("usr_key").orElseThrow().name()).isEqualTo("Alice");
    }

    @Test
    void nobody_is_a_404() {
        assertThat(web.get().uri("/v1/customers/nobody")).hasStatus(404);
        assertThat(customers.find("nul\0")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "alice",
                "@example.com",
                "alice@",
                "alice@localhost",
                "a b@example.com",
                "a@b@example.com",
                "alice@-example.com",
                "alice@example..com",
                ".alice@example.com",
                "alice.@example.com",
                "alice@example.com\\n",
                "<alice@example.com>"
            })
    void what_is_no_address_of_a_mailbox_is_refused(String email) {
        refused("{\"name\":\"A\",\"email\":\"" + email + "\"}", "#/email");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice+shop@example.co.uk", "o'hara@example.com", "jörg@müller.example", "a@1.example"})
    void unusual_addresses_are_taken(String email) {
        assertThat(put("usr_mail", "{\"name\":\"A\",\"email\":\"" + email + "\"}", null))
                .satisfiesAnyOf(
                        created -> assertThat(created).hasStatus(201),
                        replaced -> assertThat(replaced).hasStatus(200));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"email":"a@example.com"}                                                  | #/name
            {"name":"a\\u0007","email":"a@example.com"}                                | #/name
            {"name":"A"}                                                               | #/email
            {"name":"A","email":"a@example.com","addresses":[null]}                    | #/addresses/0
            {"name":"A","email":"a@example.com","addresses":[{"name":"A"}]}            | #/addresses/0/address1
            {"name":"A","email":"a@example.com","payment_method_ids":[null]}           | #/payment_method_ids/0
            {"name":"A","email":"a@example.com","payment_method_ids":["p","p"]}        | #/payment_method_ids/1
            {"name":"A","email":"a@example.com","payment_method_ids":["4111 1111"]}    | #/payment_method_ids/0
            """)
    void a_bad_customer_is_refused_with_a_pointer(String body, String pointer) {
        refused(body, pointer);
    }

    @Test
    void a_country_that_is_none_is_refused() {
        refused(ALICE.replace("\"US\"", "\"XX\""), "#/addresses/0/country");
        assertThat(put("usr_bad", ALICE.replace("\"zip\"", "\"postcode\""), null))
                .hasStatus(400);
    }

    @Test
    void many_are_put_at_once_and_one_bad_one_stops_all() {
        var many = IntStream.range(0, 2_500)
                .mapToObj(i -> new Customer("bulk_" + i, "B " + i, "b" + i + "@example.com", List.of(), List.of("pm")))
                .toList();
        customers.putCustomers(many);
        assertThat(customers.find("bulk_2499")).contains(many.getLast());

        var bad = new Customer("bulk_bad", "B", "nothing", List.of(), List.of());
        var good = new Customer("bulk_good", "B", "b@example.com", List.of(), List.of());
        assertThatThrownBy(() -> customers.putCustomers(List.of(good, bad)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bulk_bad");
        assertThat(customers.find("bulk_good")).isEmpty();
    }

    private void refused(String body, String pointer) {
        var refused = put("usr_bad", body, null);
        assertThat(refused).hasStatus(400);
        assertThat(refused).bodyJson().extractingPath("$.errors[0].pointer").isEqualTo(pointer);
        assertThat(customers.find("usr_bad")).isEmpty();
    }

    private MvcTestResult put(String userId, String body, String key) {
        var request = web.put()
                .uri("/v1/customers/{id}", userId)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).exchange();
    }
}
