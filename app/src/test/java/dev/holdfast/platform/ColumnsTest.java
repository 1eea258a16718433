package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What goes into an array comes out of PostgreSQL as the same value, in whatever form it travelled.
class ColumnsTest {

    private static final String ECHO = """
            SELECT string_agg(concat_ws('|', t, i2, i4, i8, b, at AT TIME ZONE 'UTC', j, jb, n), E'\\n' ORDER BY place)
              FROM unnest(?::text[], ?::int2[], ?::int4[], ?::int8[], ?::bool[], ?::timestamptz[], ?::json[], ?::jsonb[],
                          ?::numeric[]) WITH ORDINALITY AS r(t, i2, i4, i8, b, at, j, jb, n, place)
            """;

    private static Columns columns() {
        return Columns.of("text", "int2", "int4", "int8", "bool", "timestamptz", "json", "jsonb", "numeric");
    }

    private static String echo(Columns columns) throws Exception {
        try (var database = TestDatabase.fresh();
                var db = database.dataSource().getConnection();
                var statement = db.prepareStatement(ECHO)) {
            columns.bind(db, statement);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Test
    void every_type_arrives_as_it_was_given() throws Exception {
        var awkward = "quote \" back \\ brace { } comma , null é 😀";
        var json = Json.write(List.of(awkward));
        var columns = columns()
                .add(
                        awkward,
                        7,
                        -8,
                        9_000_000_000L,
                        true,
                        Instant.parse("2026-11-27T10:20:30.123456789Z"),
                        json,
                        "{\"a\": 1}",
                        new BigDecimal("12.340"));

        assertThat(echo(columns))
                .isEqualTo(awkward + "|7|-8|9000000000|t|2026-11-27 10:20:30.123456|" + json + "|{\"a\": 1}|12.340");
    }

    @Test
    void times_before_the_servers_epoch_and_of_other_zones_are_the_same_moments() throws Exception {
        var columns = columns()
                .add("a", 0, 0, 0, false, Instant.parse("1969-12-31T23:59:59.999999Z"), null, null, null)
                .add(
                        "b",
                        0,
                        0,
                        0,
                        false,
                        OffsetDateTime.of(2026, 1, 1, 1, 0, 0, 0, ZoneOffset.ofHours(2)),
                        null,
                        null,
                        null);

        assertThat(echo(columns).lines())
                .containsExactly("a|0|0|0|f|1969-12-31 23:59:59.999999", "b|0|0|0|f|2025-12-31 23:00:00");
    }

    @Test
    void null_is_null_in_every_type() throws Exception {
        assertThat(echo(columns().add(null, null, null, null, null, null, null, null, null)))
                .isEmpty();
    }

    @Test
    void no_rows_are_no_rows() throws Exception {
        assertThat(echo(columns())).isNull();
    }

    @Test
    void many_rows_keep_their_order() throws Exception {
        var columns = columns();
        IntStream.range(0, 3_000)
                .forEach(i -> columns.add("t" + i, 1, i, i, true, Instant.EPOCH, "[" + i + "]", "[" + i + "]", i));

        var lines = echo(columns).lines().toList();
        assertThat(lines).hasSize(3_000);
        assertThat(lines.get(2_999)).isEqualTo("t2999|1|2999|2999|t|1970-01-01 00:00:00|[2999]|[2999]|2999");
    }

    @Test
    void a_number_too_large_for_its_type_is_an_error_and_not_another_number() throws Exception {
        try (var database = TestDatabase.fresh();
                var db = database.dataSource().getConnection();
                var statement = db.prepareStatement("SELECT ?::int2[], ?::int4[]")) {
            for (var row : List.of(new Object[] {32_768, 0}, new Object[] {0, 2_147_483_648L})) {
                assertThatThrownBy(() -> Columns.of("int2", "int4").add(row).bind(db, statement))
                        .isInstanceOf(ArithmeticException.class)
                        .hasMessageContaining("overflow");
            }
        }
    }
}
