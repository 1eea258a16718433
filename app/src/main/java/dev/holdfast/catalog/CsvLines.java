package dev.holdfast.catalog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The lines of a file that may be anything: each is decoded by itself, so that one line in another encoding spoils
/// no other, and one without an end takes no memory.
final class CsvLines {

    /// Bytes. A row of ours is at most 64 + 500 characters and a few numbers; in UTF-8 with every quote doubled
    /// that stays below half of this.
    private static final int LONGEST = 8_192;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final InputStream bytes;
    private int number;

    /// @param bytes buffered; closed by whoever opened it
    CsvLines(InputStream bytes) {
        this.bytes = bytes;
    }

    /// @param number of the line in the file, from 1
    /// @param text without its end; empty when the line is flawed
    /// @param flaw why it cannot be read, or null
    record Line(int number, String text, String flaw) {

        boolean blank() {
            return flaw == null && text.isBlank() && text.chars().noneMatch(Character::isISOControl);
        }
    }

    /// @return the next line, or null at the end
    Line next() throws IOException {
        var line = new ByteArrayOutputStream(128);
        int length = 0;
        int b = bytes.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = bytes.read()) {
            if (length++ < LONGEST) {
                line.write(b);
            }
        }
        number++;
        return length > LONGEST
                ? new Line(number, "", "the line is longer than " + LONGEST + " bytes")
                : decoded(line.toByteArray());
    }

    private Line decoded(byte[] line) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
                text = text.substring(1);
            }
            if (text.endsWith("\r")) {
                text = text.substring(0, text.length() - 1);
            }
            return new Line(number, text, flaw(text));
        } catch (CharacterCodingException e) {
            return new Line(number, "", "the line is not UTF-8");
        }
    }

    private static String flaw(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return "the line has a control character, %04X, at %d".formatted((int) text.charAt(i), i + 1);
            }
        }
        return null;
    }
}
