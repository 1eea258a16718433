package dev.holdfast.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The lines of a file that may be anything: each is decoded by itself, so that one line in another encoding spoils
/// no other, and one without an end takes no memory.
final class RetailLines {

    /// Bytes. A row of the data set has at most 150.
    private static final int LONGEST = 16_384;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final InputStream bytes;
    private long number;

    /// @param bytes buffered; closed by whoever opened it
    RetailLines(InputStream bytes) {
        this.bytes = bytes;
    }

    /// @param number of the line in the file, from 1
    /// @param text without its end. Of a flawed line, what can be made of it: enough to see which invoice it names
    /// @param flaw why it cannot be read, or null
    record Line(long number, String text, String flaw) {}

    /// @return the next line that is not blank, or null at the end
    Line next() throws IOException {
        Line line;
        do {
            line = read();
        } while (line != null && line.flaw() == null && line.text().isBlank());
        return line;
    }

    private Line read() throws IOException {
        var line = new ByteArrayOutputStream(128);
        int b = bytes.read();
        if (b < 0) {
            return null;
        }
        number++;
        long length = 0;
        for (; b >= 0 && b != '\n'; b = bytes.read()) {
            if (length++ < LONGEST) {
                line.write(b);
            }
        }
        return length > LONGEST
                ? new Line(number, lossy(line), "the line is longer than " + LONGEST + " bytes")
                : decoded(line);
    }

    private Line decoded(ByteArrayOutputStream line) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
            if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
                text = text.substring(1);
            }
            return new Line(number, text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, null);
        } catch (CharacterCodingException e) {
            return new Line(
                    number,
                    lossy(line),
                    "is not in UTF-8; convert the file, for example with iconv -f latin1 -t utf-8");
        }
    }

    /// Every byte is a character of ISO 8859-1, and an invoice number is ASCII in both.
    private static String lossy(ByteArrayOutputStream line) {
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
