package dev.holdfast.shipping;

/// Tracking numbers in the carriers' own forms.
final class TrackingNumbers {

    private static final long UPS_SERIALS = 10_000_000L;
    private static final int[] FEDEX_WEIGHTS = {3, 1, 7};

    private TrackingNumbers() {}

    /// `1Z`, six characters of the shipper's account, two of the service, seven digits, a check digit.
    ///
    /// @param serial 0 or more; different up to 10^11
    static String ups(long serial) {
        var data = "HF%04d03%07d".formatted(serial / UPS_SERIALS % 10_000, serial % UPS_SERIALS);
        return "1Z" + data + upsCheckDigit(data);
    }

    /// Eleven digits and a check digit.
    ///
    /// @param serial 0 or more; different up to 10^10
    static String fedex(long serial) {
        var data = "7%010d".formatted(serial % 10_000_000_000L);
        return data + fedexCheckDigit(data);
    }

    /// UPS's check digit over the 15 characters behind `1Z`: digits count as themselves, letters as their place in
    /// the alphabet plus 1, modulo 10 (A = 2); every second character counts double; what is missing to the next
    /// ten.
    static int upsCheckDigit(String data) {
        int sum = 0;
        for (int i = 0; i < data.length(); i++) {
            char c = data.charAt(i);
            int value = Character.isDigit(c) ? c - '0' : (c - '?') % 10;
            sum += i % 2 == 0 ? value : 2 * value;
        }
        return (10 - sum % 10) % 10;
    }

    /// FedEx's check digit of a 12-digit number: the first eleven weighted 3, 1, 7, 3, 1, 7 … from the left, modulo
    /// 11, and 10 counts as 0.
    static int fedexCheckDigit(String data) {
        int sum = 0;
        for (int i = 0; i < data.length(); i++) {
            sum += (data.charAt(i) - '0') * FEDEX_WEIGHTS[i % FEDEX_WEIGHTS.length];
        }
        return sum % 11 % 10;
    }
}
