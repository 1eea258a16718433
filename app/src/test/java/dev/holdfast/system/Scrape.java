package dev.holdfast.system;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What `/actuator/prometheus` showed of our own metrics: by name, their type and the tags they had.
record Scrape(Map<String, String> types, Map<String, Set<String>> tags) {

    private static final Pattern TYPE = Pattern.compile("# TYPE (holdfast_\\S+) (\\w+)");
    private static final Pattern SAMPLE = Pattern.compile("(holdfast_\\w+)(?:\\{(.*)})? \\S+");
    private static final Pattern TAG = Pattern.compile("(\\w+)=\"");

    /// The largest of a timer is documented with its timer.
    static Scrape of(String text) {
        var types = new TreeMap<String, String>();
        var tags = new TreeMap<String, Set<String>>();
        for (var line : text.lines().toList()) {
            var type = TYPE.matcher(line);
            if (type.matches() && !type.group(1).endsWith("_max")) {
                types.put(type.group(1), type.group(2));
            }
            var sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                var name = sample.group(1).replaceAll("_(count|sum|bucket|max)$", "");
                var found = tags.computeIfAbsent(name, _ -> new TreeSet<>());
                TAG.matcher(sample.group(2) == null ? "" : sample.group(2))
                        .results()
                        .map(tag -> tag.group(1))
                        .filter(tag -> !tag.equals("le"))
                        .forEach(found::add);
            }
        }
        return new Scrape(types, tags);
    }
}
