package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

    @ParameterizedTest
    @ValueSource(strings = {"Jane", "Ærø", "名前", "a \uD83D\uDE00 b", "<script>", "'; DROP"})
    void text_of_any_language_is_text(String text) {
        assertThat(Text.required("#/name", text, 20)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a\0",
                "a\nb",
                "\t",
                "\u007f",
                "\u0085",
                "\uD83D",
                "\uDE00\uD83D",
                "123456789012345678901"
            })
    void text_that_no_name_has_is_refused(String text) {
        assertThatThrownBy(() -> Text.required("#/name", text, 20))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.status()).isEqualTo(400);
                    assertThat(problem).hasMessageStartingWith("#/name ");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "a b", "a/b", "a%2Fb", "a?b", "a#b", "a;b", "a\u00a0b", "a\\b"})
    void an_id_that_a_path_cannot_carry_is_refused(String id) {
        assertThat(Text.idFlaw(id)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GIFT CARD", "a b c", "85123A", "\u00e9 1"})
    void a_sku_may_have_single_blanks_inside(String sku) {
        assertThat(Text.skuFlaw(sku)).isNull();
        assertThat(Text.sku("#/sku", sku)).isEqualTo(sku);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a  b", "a\u00a0b", "a\u2003b", "a\tb", "a /b", "..", "a%20b"})
    void a_sku_that_looks_like_another_or_that_a_path_cannot_carry_is_refused(String sku) {
        assertThat(Text.skuFlaw(sku)).isNotNull();
        assertThatThrownBy(() -> Text.sku("#/sku", sku)).isInstanceOf(ProblemException.class);
    }

    @Test
    void an_id_has_at_most_64_characters() {
        assertThat(Text.idFlaw("x".repeat(64))).isNull();
        assertThat(Text.idFlaw("x".repeat(65))).isNotNull();
        assertThat(Text.optional("#/x", null, 1)).isNull();
    }
}
