package dev.holdfast.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PriceListTest {

    private static final PriceList.Shown MUG = new PriceList.Shown("Mug", Money.of(795, "GBP"));

    private final List<List<String>> asked = new ArrayList<>();

    private final PriceList prices = skus -> {
        asked.add(List.copyOf(skus));
        return skus.contains("mug") ? Map.of("mug", MUG) : Map.of();
    };

    @Test
    void a_product_is_asked_for_once_in_a_request_also_one_that_there_is_not() {
        var shown = prices.forOneRequest();

        assertThat(shown.shown(List.of("mug", "none"))).isEqualTo(Map.of("mug", MUG));
        assertThat(shown.shown(List.of("none", "mug"))).isEqualTo(Map.of("mug", MUG));
        assertThat(shown.shown(List.of("mug", "lamp"))).isEqualTo(Map.of("mug", MUG));
        assertThat(asked).containsExactly(List.of("mug", "none"), List.of("lamp"));
    }

    @Test
    void another_request_asks_anew() {
        prices.forOneRequest().shown(List.of("mug"));
        prices.forOneRequest().shown(List.of("mug"));

        assertThat(asked).hasSize(2);
    }
}
