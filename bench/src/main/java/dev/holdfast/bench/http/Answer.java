package dev.holdfast.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One answer of HTTP/1.1 as far as it has arrived, with a length or in chunks. It is looked at from the beginning
/// each time more of it is there, which for answers of a few kilobytes that arrive in one piece costs nothing.
final class Answer {

    private static final byte[] HEAD_ENDS = {'\r', '\n', '\r', '\n'};
    private static final int FIRST_SIZE = 16_384;
    private static final int LARGEST = 1 << 20;

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_SIZE);

    /// Room to read into.
    ByteBuffer room() {
        if (!bytes.hasRemaining()) {
            if (bytes.capacity() >= LARGEST) {
                throw new IllegalStateException("an answer of more than " + LARGEST + " bytes");
            }
            bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
        }
        return bytes;
    }

    /// Nothing has arrived of the next one.
    void clear() {
        bytes.clear();
    }

    int status() {
        return Integer.parseInt(text(9, 12));
    }

    /// The body, when it is whole; `null` while it is not.
    String bodyOrNull() {
        int head = indexOf(HEAD_ENDS, 0);
        if (head < 0) {
            return null;
        }
        int body = head + HEAD_ENDS.length;
        var headers = text(0, head).toLowerCase(java.util.Locale.ROOT);
        int length = headers.indexOf("\r\ncontent-length:");
        if (length >= 0) {
            int from = length + "\r\ncontent-length:".length();
            int line = headers.indexOf("\r\n", from);
            int bodyLength = Integer.parseInt(
                    headers.substring(from, line < 0 ? headers.length() : line).strip());
            return bytes.position() < body + bodyLength ? null : text(body, body + bodyLength);
        }
        return headers.contains("\r\ntransfer-encoding: chunked") ? chunks(body) : "";
    }

    private String chunks(int from) {
        var whole = new StringBuilder();
        int at = from;
        while (true) {
            int line = indexOf(HEAD_ENDS, 2, at);
            if (line < 0) {
                return null;
            }
            int size = Integer.parseInt(text(at, line).strip(), 16);
            int data = line + 2;
            if (bytes.position() < data + size + 2) {
                return null;
            }
            if (size == 0) {
                return whole.toString();
            }
            whole.append(text(data, data + size));
            at = data + size + 2;
        }
    }

    private int indexOf(byte[] wanted, int from) {
        return indexOf(wanted, wanted.length, from);
    }

    private int indexOf(byte[] wanted, int length, int from) {
        for (int at = from; at <= bytes.position() - length; at++) {
            int same = 0;
            while (same < length && bytes.get(at + same) == wanted[same]) {
                same++;
            }
            if (same == length) {
                return at;
            }
        }
        return -1;
    }

    private String text(int from, int to) {
        return new String(bytes.array(), from, to - from, StandardCharsets.UTF_8);
    }
}
