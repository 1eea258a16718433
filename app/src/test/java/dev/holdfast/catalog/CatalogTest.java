package dev.holdfast.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Web;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.util.unit.DataSize;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogTest {

    private static final CatalogSettings SETTINGS = new CatalogSettings(
            new BigDecimal("0.5"),
            BigDecimal.valueOf(30),
            BigDecimal.valueOf(20),
            BigDecimal.TEN,
            DataSize.ofKilobytes(64),
            1_000);

    private final TestDatabase database = TestDatabase.with("catalog");
    private Catalog catalog;
    private MockMvcTester web;

    @BeforeAll
    void open() {
        var store = new ProductStore(database.dataSource(), new RequestKeys("catalog"), Clock.systemUTC());
        catalog = new Catalog(store, database.open("catalog", database.of("catalog"), store::run), SETTINGS);
        web = Web.of(new ProductsController(catalog));
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    void a_product_is_created_then_replaced() {
        assertThat(put("book_1", product("A book", 1999))).hasStatus(201);
        assertThat(put("book_1", product("A better book", 2099)))
                .hasStatus(200)
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"sku":"book_1","name":"A better book","price":{"amount":2099,"currency":"USD"},
                         "weight":{"value":0.5,"unit":"kg"},
                         "dimensions":{"length":30,"width":20,"height":10,"unit":"cm"}}
                        """);
        assertThat(web.get().uri("/v1/products/book_1")).hasStatusOk();
        assertThat(catalog.find(List.of("book_1", "unknown", "nul\0")).keySet()).containsExactly("book_1");
    }

    @Test
    void weight_and_size_are_kept_in_kilograms_and_centimetres() {
        assertThat(put("anvil", """
                        {"name":"Anvil","price":{"amount":9900,"currency":"EUR"},"weight":{"value":1.5,"unit":"lbs"},
                         "dimensions":{"length":10,"width":8,"height":4,"unit":"inches"}}
                        """)).hasStatus(201).bodyJson().isLenientlyEqualTo("""
                        {"weight":{"value":0.680,"unit":"kg"},
                         "dimensions":{"length":25.40,"width":20.32,"height":10.16,"unit":"cm"}}
                        """);
    }

    @Test
    void the_same_key_replays_the_first_answer_and_another_body_under_it_is_refused() {
        assertThat(put("keyed", product("First", 100), "k-1")).hasStatus(201);
        assertThat(put("keyed", product("Second", 200))).hasStatus(200);

        assertThat(put("keyed", product("First", 100), "\"k-1\""))
                .hasStatus(201)
                .bodyJson()
                .extractingPath("$.name")
                .isEqualTo("First");
        assertThat(put("keyed", product("Third", 300), "k-1")).hasStatus(422);
        assertThat(catalog.find("keyed").orElseThrow().name())
                .as("the replay changed nothing")
                .isEqualTo("Second");
    }

    @Test
    void a_refused_request_does_not_use_its_key_up() {
        assertThat(put("later", product("Later", 0), "k-2")).hasStatus(400);
        assertThat(put("later", product("Later", 1), "k-2")).hasStatus(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"price":{"amount":1,"currency":"USD"}}                                             | #/name
            {"name":"","price":{"amount":1,"currency":"USD"}}                                   | #/name
            {"name":"a\\u0000b","price":{"amount":1,"currency":"USD"}}                          | #/name
            {"name":"half \\ud800","price":{"amount":1,"currency":"USD"}}                       | #/name
            {"name":"n"}                                                                        | #/price
            {"name":"n","price":{"amount":0,"currency":"USD"}}                                  | #/price
            {"name":"n","price":{"amount":-1,"currency":"USD"}}                                 | #/price
            {"name":"n","price":{"amount":1000000000001,"currency":"USD"}}                      | #/price
            {"name":"n","price":{"amount":1,"currency":"USD"},"weight":{"value":0,"unit":"kg"}} | #/weight/value
            {"name":"n","price":{"amount":1,"currency":"USD"},"weight":{"value":1,"unit":"st"}} | #/weight/unit
            {"name":"n","price":{"amount":1,"currency":"USD"},"weight":{"value":1e400000,"unit":"kg"}} | #/weight/value
            {"name":"n","price":{"amount":1,"currency":"USD"},"dimensions":{"unit":"cm","length":1}}   | #/dimensions/width
            """)
    void a_bad_product_is_refused_with_a_pointer(String body, String pointer) {
        assertThat(put("bad", body))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.errors[0].pointer")
                .isEqualTo(pointer);
        assertThat(catalog.find("bad")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"name":"n","price":{"amount":1,"currency":"USD"},"colour":"red"}
            {"name":"n","price":{"amount":1e400,"currency":"USD"}}
            {"name":"n","price":{"amount":1.5,"currency":"USD"}}
            {"name":"n","price":{"currency":"USD"}}
            {"name":"n","price":{"amount":1,"currency":"ABC"}}
            {"name":"n","price":{"amount":1}}
            {"name":"n","price":"1.00"}
            null
            """)
    void unreadable_json_is_refused(String body) {
        assertThat(put("bad", body)).hasStatus(400);
        assertThat(catalog.find("bad")).isEmpty();
    }

    @Test
    void a_name_of_a_megabyte_is_refused() {
        assertThat(put("long", product("n".repeat(1_000_000), 1))).hasStatus(400);
        assertThat(put("x".repeat(65), product("n", 1))).hasStatus(400);
    }

    @Test
    void an_unknown_product_is_a_404() {
        assertThat(web.get().uri("/v1/products/nothing")).hasStatus(404);
    }

    @Test
    void a_search_pages_through_every_match_once_in_sku_order() {
        catalog.importProducts(IntStream.range(0, 120)
                .mapToObj(i -> new Product("page_%03d".formatted(i), "PAGÉ " + i, Money.of(1, "USD"), null, null))
                .toList());

        var first = catalog.search("PAGÉ", "", 50);
        var second = catalog.search("pagé", first.getLast().sku(), 50);
        var third = catalog.search("page_", second.getLast().sku(), 50);

        assertThat(first).hasSize(50);
        assertThat(third).hasSize(20);
        assertThat(List.of(first, second, third).stream().flatMap(List::stream).map(Product::sku))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(120);
        assertThat(web.get().uri("/v1/products?query=page_&after=page_118"))
                .hasStatusOk()
                .bodyJson()
                .doesNotHavePath("$.next")
                .extractingPath("$.products.length()")
                .isEqualTo(1);
        assertThat(web.get().uri("/v1/products?query=page_"))
                .bodyJson()
                .extractingPath("$.next")
                .isEqualTo("page_049");
        assertThat(catalog.search("100%_", "", 50)).isEmpty();
    }

    @Test
    void a_bulk_import_with_one_bad_product_imports_none() {
        var good = new Product("bulk_1", "Good", Money.of(1, "USD"), null, null);
        var bad = new Product("bulk_2", "Bad", Money.of(0, "USD"), null, null);

        assertThatThrownBy(() -> catalog.importProducts(List.of(good, bad)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bulk_2");
        assertThat(catalog.find("bulk_1")).isEmpty();
    }

    @Test
    void of_a_product_named_twice_the_later_stands() {
        catalog.importProducts(List.of(
                new Product("twice", "One", Money.of(1, "USD"), null, null),
                new Product("twice", "Two", Money.of(2, "USD"), null, null)));

        assertThat(catalog.find("twice").orElseThrow().name()).isEqualTo("Two");
    }

    private MvcTestResult put(String sku, String body) {
        return web.put()
                .uri("/v1/products/{sku}", sku)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private MvcTestResult put(String sku, String body, String key) {
        return web.put()
                .uri("/v1/products/{sku}", sku)
                .header("Idempotency-Key", key)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private static String product(String name, long cents) {
        return "{\"name\":\"%s\",\"price\":{\"amount\":%d,\"currency\":\"USD\"}}".formatted(name, cents);
    }
}
