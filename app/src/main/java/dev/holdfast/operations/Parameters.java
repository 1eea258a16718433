package dev.holdfast.operations;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Query;
import dev.holdfast.platform.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.MultiValueMap;

/// The query parameters of a request for a page, each known and given once.
final class Parameters {

    private static final int USUAL = 50;
    private static final int MOST = 200;
    private static final int LONGEST = 500;
    private static final Duration LONGEST_AGE = Duration.ofDays(36_500);

    private final Map<String, String> given;

    private Parameters(Map<String, String> given) {
        this.given = given;
    }

    /// @param known those that may be given, besides `after` and `limit`
    static Parameters of(MultiValueMap<String, String> given, String... known) {
        var allowed = new ArrayList<>(List.of(known));
        allowed.addAll(List.of("after", "limit"));
        var once = Query.of(given, allowed);
        once.forEach((name, value) -> {
            var flaw = Text.flaw(value, LONGEST);
            if (flaw != null) {
                throw ProblemException.invalid("?" + name, flaw);
            }
        });
        return new Parameters(once);
    }

    /// @return null when it is not given
    String text(String name) {
        return given.get(name);
    }

    Boolean flag(String name) {
        var value = given.get(name);
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ProblemException.invalid("?" + name, "must be true or false");
        };
    }

    <E extends Enum<E>> E oneOf(String name, Class<E> type) {
        var value = given.get(name);
        if (value == null) {
            return null;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> each.name().equals(value))
                .findFirst()
                .orElseThrow(() -> ProblemException.invalid(
                        "?" + name, "must be one of " + Arrays.toString(type.getEnumConstants())));
    }

    /// As `90s`, `10m`, `2h`, `3d`, or in ISO 8601.
    Duration age(String name) {
        var value = given.get(name);
        if (value == null) {
            return null;
        }
        try {
            var age = DurationStyle.detectAndParse(value);
            if (!age.isNegative() && age.compareTo(LONGEST_AGE) <= 0) {
                return age;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // said below
        }
        throw ProblemException.invalid("?" + name, "must be an age like 90s, 10m, 2h or 3d");
    }

    int limit() {
        var value = given.getOrDefault("limit", String.valueOf(USUAL));
        if (!value.matches("[0-9]{1,3}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > MOST) {
            throw ProblemException.invalid("?limit", "must be 1 to " + MOST);
        }
        return Integer.parseInt(value);
    }

    /// Where the page before ended.
    ///
    /// @param read null or an exception for what was never a page's `next`
    /// @return null for the first page
    <T> T after(Function<String, T> read) {
        var value = given.get("after");
        if (value == null) {
            return null;
        }
        T place;
        try {
            place = read.apply(value);
        } catch (RuntimeException e) {
            place = null;
        }
        if (place == null) {
            throw ProblemException.invalid("?after", "is no page's 'next'");
        }
        return place;
    }

    /// Asked for one more than is shown, which tells whether there is a next page.
    ///
    /// @param page finds so many
    <T> Page<T> page(Function<Integer, List<T>> page, Function<T, String> place) {
        int limit = limit();
        var found = page.apply(limit + 1);
        var shown = found.subList(0, Math.min(limit, found.size()));
        return new Page<>(shown, found.size() > limit ? place.apply(shown.getLast()) : null);
    }

    /// @param next null on the last
    record Page<T>(List<T> shown, String next) {}
}
