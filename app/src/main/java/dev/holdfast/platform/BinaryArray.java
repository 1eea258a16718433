package dev.holdfast.platform;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;

/// Arrays that the driver would send as text, in PostgreSQL's binary form (`array_send`, and the `_send` function
/// of each type): as text every quote is escaped here and unescaped there, and every time is printed and parsed.
final class BinaryArray {

    /// PostgreSQL counts microseconds from here.
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final byte JSONB_VERSION = 1;

    private BinaryArray() {}

    /// @param times [Instant] or [OffsetDateTime], to the microsecond; what is finer is cut off
    static Array ofTimes(Connection db, Object[] times) throws SQLException {
        var bytes = new byte[times.length][];
        for (int i = 0; i < times.length; i++) {
            bytes[i] = times[i] == null ? null : micros(instant(times[i]));
        }
        return array(db, Oid.TIMESTAMPTZ_ARRAY, Oid.TIMESTAMPTZ, bytes);
    }

    static Array ofJson(Connection db, Object[] documents) throws SQLException {
        var bytes = new byte[documents.length][];
        for (int i = 0; i < documents.length; i++) {
            bytes[i] = documents[i] == null ? null : documents[i].toString().getBytes(StandardCharsets.UTF_8);
        }
        return array(db, Oid.JSON_ARRAY, Oid.JSON, bytes);
    }

    static Array ofJsonb(Connection db, Object[] documents) throws SQLException {
        var bytes = new byte[documents.length][];
        for (int i = 0; i < documents.length; i++) {
            bytes[i] = documents[i] == null ? null : versioned(documents[i].toString());
        }
        return array(db, Oid.JSONB_ARRAY, Oid.JSONB, bytes);
    }

    private static Instant instant(Object time) {
        return time instanceof OffsetDateTime local ? local.toInstant() : (Instant) time;
    }

    private static byte[] micros(Instant time) {
        return ByteBuffer.allocate(Long.BYTES)
                .putLong(ChronoUnit.MICROS.between(EPOCH, time))
                .array();
    }

    private static byte[] versioned(String document) {
        var text = document.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + text.length).put(JSONB_VERSION).put(text).array();
    }

    /// One dimension, its first place numbered 1; an empty array has none.
    private static Array array(Connection db, int oid, int elementOid, byte[][] elements) throws SQLException {
        var bytes = new ByteArrayOutputStream(20 + 64 * elements.length);
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(elements.length == 0 ? 0 : 1);
            out.writeInt(hasNull(elements) ? 1 : 0);
            out.writeInt(elementOid);
            if (elements.length > 0) {
                out.writeInt(elements.length);
                out.writeInt(1);
            }
            for (var element : elements) {
                out.writeInt(element == null ? -1 : element.length);
                if (element != null) {
                    out.write(element);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PgArray(db.unwrap(BaseConnection.class), oid, bytes.toByteArray());
    }

    private static boolean hasNull(byte[][] elements) {
        for (var element : elements) {
            if (element == null) {
                return true;
            }
        }
        return false;
    }
}
