package dev.holdfast.replay;

import java.util.Locale;
import java.util.Map;

/// The countries of the data set as ISO 3166-1 alpha-2 codes. The set writes most names in English and some in its
/// own way.
final class Countries {

    private static final Map<String, String> OWN_WAY = Map.of(
            "EIRE", "IE",
            "RSA", "ZA",
            "USA", "US",
            "Channel Islands", "JE",
            "Hong Kong", "HK",
            "Czech Republic", "CZ",
            "European Community", "BE",
            "Unspecified", "GB");

    private Countries() {}

    /// @return the code; the seller's own country for a name nobody knows
    static String codeOf(String name) {
        var own = OWN_WAY.get(name);
        if (own != null) {
            return own;
        }
        for (var code : Locale.getISOCountries()) {
            if (Locale.of("", code).getDisplayCountry(Locale.ENGLISH).equalsIgnoreCase(name)) {
                return code;
            }
        }
        return "GB";
    }
}
