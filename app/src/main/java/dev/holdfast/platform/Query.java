package dev.holdfast.platform;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.MultiValueMap;

/// The query of a request of which every parameter must be understood. One that nobody knows is refused: a filter
/// that is misspelt and passed over shows an operator everything, and they take it for what they asked for. One
/// that is given twice is refused too: whichever of the two counted, the other would be passed over.
public final class Query {

    private Query() {}

    /// @param known those that may be given
    /// @return those that are, by name
    /// @throws ProblemException 400 with the parameter
    public static Map<String, String> of(MultiValueMap<String, String> given, List<String> known) {
        var once = new LinkedHashMap<String, String>();
        given.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw ProblemException.invalid(
                        "?" + name,
                        "is not known here; "
                                + (known.isEmpty() ? "nothing may be given" : "known are " + String.join(", ", known)));
            }
            if (values.size() > 1) {
                throw ProblemException.invalid("?" + name, "is given " + values.size() + " times; give it once");
            }
            once.put(name, values.getFirst());
        });
        return once;
    }
}
