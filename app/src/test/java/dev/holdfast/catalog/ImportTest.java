package dev.holdfast.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Web;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.util.unit.DataSize;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportTest {

    private static final String HEADER = "sku,name,price,currency\n";
    private static final CatalogSettings SETTINGS = new CatalogSettings(
            BigDecimal.ONE, BigDecimal.TEN, BigDecimal.TEN, BigDecimal.TEN, DataSize.ofMegabytes(1), 5_000);

    private final TestDatabase database = TestDatabase.with("catalog");
    private Catalog catalog;
    private MockMvcTester web;

    @BeforeAll
    void open() {
        var keys = new RequestKeys("catalog");
        var store = new ProductStore(database.dataSource(), keys, Clock.systemUTC());
        catalog = new Catalog(store, database.open("catalog", database.of("catalog"), store::run), SETTINGS);
        var imports = new ProductImport(catalog, store, keys, database.dataSource(), SETTINGS);
        web = Web.of(new ProductsController(catalog), new ImportController(imports));
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    void good_rows_are_taken_and_bad_ones_told() {
        assertThat(post("", HEADER + "i1,One,1.00,USD\ni2,Two,0,USD\ni3,\"Three,1.00,USD\ni4,Four,4.00,USD\n"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"rows":4,"imported":2,"rejected":[{"line":3,"sku":"i2"},{"line":4}]}
                        """);
        assertThat(catalog.find(List.of("i1", "i2", "i3", "i4")).keySet()).containsExactlyInAnyOrder("i1", "i4");
    }

    @Test
    void a_dry_run_writes_nothing() {
        assertThat(post("?dry_run=true", HEADER + "d1,One,1.00,USD\nd2,Two,0,USD\n"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"rows\":2,\"imported\":0,\"rejected\":[{\"line\":3}]}");
        assertThat(catalog.find("d1")).isEmpty();
    }

    @Test
    void all_or_nothing_takes_nothing_of_a_file_with_one_bad_row() {
        assertThat(post("?all_or_nothing=true", HEADER + "n1,One,1.00,USD\nn2,Two,0,USD\n"))
                .hasStatus(400)
                .bodyJson()
                .isLenientlyEqualTo(
                        "{\"slug\":\"csv-rejected\",\"rows\":2,\"imported\":0,\"rejected\":[{\"line\":3}]}");
        assertThat(catalog.find("n1")).isEmpty();

        assertThat(post("?all_or_nothing=true", HEADER + rows("n", 2_500)))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"rows\":2500,\"imported\":2500,\"rejected\":[]}");
        assertThat(catalog.find("n2499")).isPresent();
    }

    @Test
    void the_same_file_again_under_its_key_is_not_imported_again() {
        var file = HEADER + "k1,First,1.00,USD\n";
        assertThat(post("", file, "key-1")).hasStatusOk();
        catalog.importProducts(List.of(new Product("k1", "Changed since", Money.of(2, "USD"), null, null)));

        assertThat(post("", file, "key-1"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.imported")
                .isEqualTo(1);
        assertThat(catalog.find("k1").orElseThrow().name()).isEqualTo("Changed since");
        assertThat(post("", HEADER + "k1,Other,1.00,USD\n", "key-1")).hasStatus(422);
        assertThat(post("?all_or_nothing=true", file, "key-1")).hasStatus(422);
    }

    @Test
    void a_file_of_which_nothing_came_does_not_use_its_key_up() {
        assertThat(post("", HEADER + "z1,Bad,0,USD\n", "key-2")).hasStatusOk();
        assertThat(post("?all_or_nothing=true", HEADER + "z1,Bad,0,USD\n", "key-2"))
                .hasStatus(400);
        assertThat(post("?dry_run=true", HEADER + "z1,Good,1.00,USD\n", "key-2"))
                .hasStatusOk();
        assertThat(post("", HEADER + "z1,Good,1.00,USD\n", "key-2"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.imported")
                .isEqualTo(1);
    }

    @Test
    void a_file_too_large_or_too_long_is_refused_whole() {
        assertThat(post("", HEADER + rows("t", 5_001))).hasStatus(413);
        assertThat(post("", HEADER + "t0,One,1.00,USD\n" + "x".repeat(1 << 20))).hasStatus(413);
        assertThat(catalog.find("t0")).isEmpty();
        assertThat(post("", HEADER + rows("t", 5_000))).hasStatusOk();
    }

    @Test
    void only_csv_in_utf_8_is_taken() {
        assertThat(web.post()
                        .uri("/v1/products:import")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{}"))
                .hasStatus(415);
        assertThat(web.post()
                        .uri("/v1/products:import")
                        .contentType(new MediaType("text", "csv", StandardCharsets.ISO_8859_1))
                        .content(HEADER))
                .hasStatus(415);
        assertThat(post("", "nothing useful"))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.slug")
                .isEqualTo("csv-unreadable");
    }

    @Test
    void the_path_with_a_colon_is_not_taken_for_a_product() {
        assertThat(web.get().uri("/v1/products:import")).hasStatus(405);
        assertThat(web.put()
                        .uri("/v1/products/a:import")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"name\":\"A colon\",\"price\":{\"amount\":1,\"currency\":\"USD\"}}"))
                .hasStatus(201);
        assertThat(catalog.find("a:import")).isPresent();
    }

    /// Whatever a file holds: each row is either imported as it was meant or told with its line, and no other line
    /// is told.
    @RepeatedTest(10)
    void every_row_is_imported_or_told(org.junit.jupiter.api.RepetitionInfo repetition) throws Exception {
        long seed = 7_000 + repetition.getCurrentRepetition();
        var random = new Random(seed);
        var file = new ByteArrayOutputStream();
        write(file, HEADER, StandardCharsets.UTF_8);
        var meant = new HashMap<String, String>();
        var bad = new TreeSet<Integer>();
        int rows = 0;
        for (int line = 2; line < 400; line++) {
            if (random.nextInt(10) == 0) {
                write(file, random.nextBoolean() ? "\n" : "   \r\n", StandardCharsets.UTF_8);
                continue;
            }
            rows++;
            if (random.nextInt(3) == 0) {
                bad.add(line);
                writeBad(file, random, meant);
            } else {
                var sku = "p" + seed + "_" + line;
                var name = name(random) + line;
                meant.put(sku, name);
                write(file, sku + ",\"" + name.replace("\"", "\"\"") + "\",1.00,USD\n", StandardCharsets.UTF_8);
            }
        }

        var report =
                Json.read(post("", file.toByteArray()).getResponse().getContentAsString(), ProductImport.Report.class);

        assertThat(report.rows()).as("seed %d", seed).isEqualTo(rows);
        assertThat(report.imported()).as("seed %d", seed).isEqualTo(meant.size());
        assertThat(report.rejected().stream().map(ProductImport.Rejected::line))
                .as("seed %d", seed)
                .containsExactlyElementsOf(bad);
        assertThat(catalog.find(List.copyOf(meant.keySet())).values().stream()
                        .collect(Collectors.toMap(Product::sku, Product::name)))
                .as("seed %d", seed)
                .isEqualTo(meant);
    }

    private static void writeBad(ByteArrayOutputStream file, Random random, Map<String, String> meant) {
        var known = meant.keySet().stream().findFirst().orElse("");
        switch (random.nextInt(9)) {
            case 0 -> write(file, "q,\"not closed,1.00,USD\n", StandardCharsets.UTF_8);
            case 1 -> write(file, "q,Too few,1.00\r\n", StandardCharsets.UTF_8);
            case 2 -> write(file, "q,Sm\u00f8r,1.00,USD\n", StandardCharsets.ISO_8859_1);
            case 3 -> write(file, "q,Nul\0,1.00,USD\n", StandardCharsets.UTF_8);
            case 4 -> write(file, "q,Decimals,1.001,USD\n", StandardCharsets.UTF_8);
            case 5 -> write(file, "q,Negative,-1,USD\n", StandardCharsets.UTF_8);
            case 6 -> write(file, known + ",Twice,1.00,USD\n", StandardCharsets.UTF_8);
            case 7 -> write(file, "q,\"" + "x".repeat(9_000) + "\",1.00,USD\n", StandardCharsets.UTF_8);
            default -> write(file, "\"\"\"\"\",,\"\"\n", StandardCharsets.UTF_8);
        }
    }

    private static String name(Random random) {
        var parts = List.of("Lamp", ",", "\"", "'", "ø", "名", "\uD83D\uDE00", ";", "x ", "\"\"");
        return "N"
                + IntStream.range(0, random.nextInt(8))
                        .mapToObj(i -> parts.get(random.nextInt(parts.size())))
                        .collect(Collectors.joining());
    }

    private static void write(ByteArrayOutputStream file, String text, Charset charset) {
        file.writeBytes(text.getBytes(charset));
    }

    private static String rows(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> prefix + i + ",Name " + i + ",1.00,USD\n")
                .collect(Collectors.joining());
    }

    private MvcTestResult post(String options, String file) {
        return post(options, file, null);
    }

    private MvcTestResult post(String options, String file, String key) {
        var request = web.post()
                .uri("/v1/products:import" + options)
                .contentType("text/csv")
                .content(file.getBytes(StandardCharsets.UTF_8));
        return (key == null ? request : request.header("Idempotency-Key", key)).exchange();
    }

    private MvcTestResult post(String options, byte[] file) {
        return web.post()
                .uri("/v1/products:import" + options)
                .contentType("text/csv")
                .content(file)
                .exchange();
    }
}
