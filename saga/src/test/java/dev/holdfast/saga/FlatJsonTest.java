package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FlatJsonTest {

    @Test
    void what_is_written_is_read_again() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            var values = new HashMap<String, String>();
            for (int n = random.nextInt(4); n > 0; n--) {
                values.put(text(random), text(random));
            }
            assertThat(FlatJson.read(FlatJson.write(values)))
                    .as("seed %d", seed)
                    .isEqualTo(values);
        }
    }

    @Test
    void what_a_database_refuses_is_replaced() {
        assertThat(FlatJson.write(Map.of("a", "x\0y"))).isEqualTo("{\"a\":\"x\uFFFDy\"}");
        assertThat(FlatJson.write(Map.of("a", "x\uD800y"))).isEqualTo("{\"a\":\"x\uFFFDy\"}");
        assertThat(FlatJson.write(Map.of("a", "😀"))).isEqualTo("{\"a\":\"😀\"}");
    }

    @Test
    void reads_what_postgres_prints() {
        assertThat(FlatJson.read("{\"a\": \"x\\ny\", \"b\": \"\\\"\\\\\\u0001\"}"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "x\ny", "b", "\"\\\u0001"));
    }

    @Test
    void a_text_is_a_document_of_its_own() {
        var codec = PayloadCodec.text();

        assertThat(codec.toJson("a \"b\"")).isEqualTo("\"a \\\"b\\\"\"");
        assertThat(codec.fromJson(codec.toJson("a\n\\b"))).isEqualTo("a\n\\b");
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(12), 1, 300)
                .mapToObj(Character::toString)
                .reduce("", String::concat);
    }
}
