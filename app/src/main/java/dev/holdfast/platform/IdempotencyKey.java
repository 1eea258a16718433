package dev.holdfast.platform;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The `Idempotency-Key` header: a string in quotes as in the IETF draft
/// (draft-ietf-httpapi-idempotency-key-header), or bare; 1 to 255 visible characters.
public final class IdempotencyKey {

    private static final int LONGEST = 255;

    private IdempotencyKey() {}

    /// @return the key, or `otherwise` when the header is missing
    /// @throws ProblemException 400 when it is malformed
    public static String of(String header, String otherwise) {
        return header == null ? otherwise : parse(header);
    }

    /// @throws ProblemException 400 when it is missing or malformed
    public static String required(String header) {
        if (header == null) {
            throw new ProblemException(
                    400,
                    "idempotency-key-missing",
                    "Idempotency-Key missing",
                    "this request needs an Idempotency-Key header; send one of your own making, the same on every retry");
        }
        return parse(header);
    }

    /// What the second of two requests at once under one key is told.
    public static ProblemException stillRunning() {
        return new ProblemException(
                409,
                "still-running",
                "Still running",
                "a request with this Idempotency-Key is being worked on right now; send this one again with the same key"
                        + " to get its answer");
    }

    /// A digest of the request as it was understood (SHA-256 of its JSON, in hex): two requests under one key are
    /// the same exactly when their digests are.
    public static String digest(Object request) {
        try {
            var bytes = Json.write(request).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String parse(String header) {
        var key = header.strip();
        if (key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"")) {
            key = key.substring(1, key.length() - 1);
        }
        if (key.isEmpty() || key.length() > LONGEST || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"')) {
            throw new ProblemException(
                    400,
                    "idempotency-key-invalid",
                    "Idempotency-Key invalid",
                    "an Idempotency-Key is 1 to 255 visible ASCII characters, in double quotes or bare");
        }
        return key;
    }
}
