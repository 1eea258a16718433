package dev.holdfast.customers;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// What a customer must be.
final class CustomerRules {

    private static final int MOST = 20;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_FIELD = 200;
    private static final int LONGEST_ZIP = 20;
    private static final int LONGEST_EMAIL = 254;

    /// What a mail server would not refuse out of hand (RFC 5321 4.1.2, unquoted local parts, dotted host names);
    /// whether somebody reads it only a mail can tell. International addresses (RFC 6531) are welcome.
    private static final Pattern EMAIL = Pattern.compile(
            "[^\\s@\"(),:;<>\\[\\\\\\]]{1,64}@([\\p{L}\\p{N}]([\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?\\.)+"
                    + "[\\p{L}\\p{N}]([\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?");

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private CustomerRules() {}

    /// @throws ProblemException 400 with the pointer of the first field that is wrong
    static void check(Customer customer) {
        Text.id("#/user_id", customer.userId());
        Text.required("#/name", customer.name(), LONGEST_NAME);
        Text.required("#/email", customer.email(), LONGEST_EMAIL);
        if (!EMAIL.matcher(customer.email()).matches() || customer.email().contains("..") || dotted(customer.email())) {
            throw ProblemException.invalid("#/email", "must be an e-mail address such as jane@example.com");
        }
        atMost("#/addresses", customer.addresses());
        for (int i = 0; i < customer.addresses().size(); i++) {
            address("#/addresses/" + i, customer.addresses().get(i));
        }
        atMost("#/payment_method_ids", customer.paymentMethodIds());
        var seen = new HashSet<String>();
        for (int i = 0; i < customer.paymentMethodIds().size(); i++) {
            var pointer = "#/payment_method_ids/" + i;
            if (!seen.add(Text.id(pointer, customer.paymentMethodIds().get(i)))) {
                throw ProblemException.invalid(pointer, "stands there twice");
            }
        }
    }

    private static boolean dotted(String email) {
        return email.startsWith(".") || email.contains(".@");
    }

    private static void address(String pointer, Address address) {
        if (address == null) {
            throw ProblemException.invalid(pointer, "is missing");
        }
        Text.required(pointer + "/name", address.name(), LONGEST_FIELD);
        Text.required(pointer + "/address1", address.address1(), LONGEST_FIELD);
        Text.optional(pointer + "/address2", address.address2(), LONGEST_FIELD);
        Text.required(pointer + "/city", address.city(), LONGEST_FIELD);
        Text.optional(pointer + "/state", address.state(), LONGEST_FIELD);
        Text.required(pointer + "/zip", address.zip(), LONGEST_ZIP);
        if (address.country() == null || !COUNTRIES.contains(address.country())) {
            throw ProblemException.invalid(pointer + "/country", "must be an ISO 3166-1 alpha-2 code such as US");
        }
    }

    private static void atMost(String pointer, List<?> list) {
        if (list.size() > MOST) {
            throw ProblemException.invalid(pointer, "must have at most " + MOST + " entries, not " + list.size());
        }
    }
}
