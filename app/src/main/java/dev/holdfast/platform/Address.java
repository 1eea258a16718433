package dev.holdfast.platform;

import java.util.Locale;
import java.util.Set;

/// Where a parcel goes. `address2` and `state` may be null; `country` is an ISO 3166-1 alpha-2 code.
public record Address(
        String name, String address1, String address2, String city, String state, String zip, String country) {

    private static final int LONGEST_FIELD = 200;
    private static final int LONGEST_ZIP = 20;
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    /// @param pointer where the address stood in the request, `#/shipping_address`
    /// @throws ProblemException 400 with the pointer of the first field that is wrong
    public void check(String pointer) {
        Text.required(pointer + "/name", name, LONGEST_FIELD);
        Text.required(pointer + "/address1", address1, LONGEST_FIELD);
        Text.optional(pointer + "/address2", address2, LONGEST_FIELD);
        Text.required(pointer + "/city", city, LONGEST_FIELD);
        Text.optional(pointer + "/state", state, LONGEST_FIELD);
        Text.required(pointer + "/zip", zip, LONGEST_ZIP);
        if (country == null || !COUNTRIES.contains(country)) {
            throw ProblemException.invalid(pointer + "/country", "must be an ISO 3166-1 alpha-2 code such as US");
        }
    }
}
