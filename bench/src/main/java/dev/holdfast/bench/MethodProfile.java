package dev.holdfast.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/// The samples of a flight recording, added up.
final class MethodProfile {

    private static final int METHODS = 15;
    private static final int PACKAGES = 14;
    private static final String OURS = "dev.holdfast.";

    private final Map<String, Integer> methods = new HashMap<>();
    private final Map<String, Integer> libraries = new HashMap<>();
    private final Map<String, Integer> owners = new HashMap<>();
    private int samples;
    private double pauseMillis;
    /// By thread, bytes since it began: what the first and the last look at it said.
    private final Map<Long, long[]> allocated = new HashMap<>();

    private MethodProfile() {}

    static String report(Path recording, int orders) throws IOException {
        var profile = new MethodProfile();
        try (var file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                profile.add(file.readEvent());
            }
        }
        return profile.text(orders);
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> {
                var trace = event.getStackTrace();
                if (trace != null && !trace.getFrames().isEmpty()) {
                    sample(trace.getFrames());
                }
            }
            case "jdk.GarbageCollection" ->
                pauseMillis += event.getDuration("sumOfPauses").toNanos() / 1e6;
            case "jdk.ThreadAllocationStatistics" -> {
                long bytes = event.getLong("allocated");
                var thread = event.getThread("thread");
                if (thread != null) {
                    allocated.computeIfAbsent(thread.getId(), _ -> new long[] {bytes, bytes})[1] = bytes;
                }
            }
            default -> {
                // The recording has many kinds; these are added up.
            }
        }
    }

    private void sample(List<RecordedFrame> frames) {
        samples++;
        var top = frames.getFirst();
        var type = top.getMethod().getType().getName();
        methods.merge(type + "." + top.getMethod().getName(), 1, Integer::sum);
        libraries.merge(library(type), 1, Integer::sum);
        var owner = frames.stream()
                .map(frame -> frame.getMethod().getType().getName())
                .filter(name -> name.startsWith(OURS))
                .findFirst();
        owners.merge(owner.map(MethodProfile::packageOf).orElse("none of ours"), 1, Integer::sum);
    }

    private String text(int orders) {
        var text = new StringBuilder(
                "%d samples of Java code; pauses of the collector %.0f ms in all; allocated %.0f KiB/order%n"
                        .formatted(samples, pauseMillis, allocatedBytes() / 1024.0 / orders));
        append(text, "by the package of ours that is nearest on the stack", owners, PACKAGES);
        append(text, "by the library whose code ran", libraries, PACKAGES);
        append(text, "by the method that ran", methods, METHODS);
        return text.toString();
    }

    private long allocatedBytes() {
        return allocated.values().stream().mapToLong(of -> of[1] - of[0]).sum();
    }

    private void append(StringBuilder text, String title, Map<String, Integer> counts, int most) {
        text.append("%s%n".formatted(title));
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(most)
                .forEach(entry ->
                        text.append("%7.1f%%  %s%n".formatted(100.0 * entry.getValue() / samples, entry.getKey())));
    }

    private static String packageOf(String type) {
        return type.substring(0, type.lastIndexOf('.'));
    }

    /// Its first three names: `org.postgresql.core`, `java.util.concurrent`.
    private static String library(String type) {
        var names = type.split("\\.");
        return String.join(".", List.of(names).subList(0, Math.min(3, names.length - 1)));
    }
}
