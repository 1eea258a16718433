package dev.holdfast.customers;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/// What a customer must be.
final class CustomerRules {

    private static final int MOST = 20;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_EMAIL = 254;

    /// What a mail server would not refuse out of hand (RFC 5321 4.1.2, unquoted local parts, dotted host names);
    /// whether somebody reads it only a mail can tell. International addresses (RFC 6531) are welcome.
    private static final Pattern EMAIL = Pattern.compile(
            "[^\\s@\"(),:;<>\\[\\\\\\]]{1,64}@([\\p{L}\\p{N}]([\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?\\.)+"
                    + "[\\p{L}\\p{N}]([\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?");

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
            var address = customer.addresses().get(i);
            if (address == null) {
                throw ProblemException.invalid("#/addresses/" + i, "is missing");
            }
            address.check("#/addresses/" + i);
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

    private static void atMost(String pointer, List<?> list) {
        if (list.size() > MOST) {
            throw ProblemException.invalid(pointer, "must have at most " + MOST + " entries, not " + list.size());
        }
    }
}
