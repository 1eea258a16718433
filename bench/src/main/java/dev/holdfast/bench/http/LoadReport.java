package dev.holdfast.bench.http;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/// What came of it.
///
/// @param completed checkouts whose outcome the customer was told: completed
/// @param failures how many had another end, by what it was
/// @param seconds from the first arrival to the last answer
/// @param cpuNanos of the generator's process
/// @param latest how many customers came more than 10 ms after they were due, because all places were taken or the
///     generator was busy. Their waiting is in the latency
/// @param latencies from the moment a customer was due to the answer with the outcome, in microseconds: a
///     compressed histogram in base64
public record LoadReport(
        int completed, Map<String, Integer> failures, double seconds, long cpuNanos, int latest, String latencies) {

    public int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// In microseconds.
    public Histogram latencyMicros() {
        try {
            var bytes = Base64.getDecoder().decode(latencies);
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 1);
        } catch (DataFormatException e) {
            throw new IllegalStateException("the load generator told latencies that cannot be read", e);
        }
    }

    static String told(Histogram micros) {
        var bytes = ByteBuffer.allocate(micros.getNeededByteBufferCapacity());
        int length = micros.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }
}
