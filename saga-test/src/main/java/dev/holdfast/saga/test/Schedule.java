package dev.holdfast.saga.test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What deviates from the faultless run: at which points, and to which option. At every other point the first
/// option is taken, so the schedule is the whole of what has to be known to repeat a run.
///
/// @param deviations option by point, in the order in which they happen
record Schedule(Map<String, String> deviations) implements Choices.Chooser {

    static final Schedule FAULTLESS = new Schedule(Map.of());

    private static final String BETWEEN = "; ";
    private static final String LEADS_TO = " = ";

    Schedule {
        deviations = new LinkedHashMap<>(deviations);
    }

    static Schedule of(List<Choices.Taken> taken) {
        var deviations = new LinkedHashMap<String, String>();
        taken.stream()
                .filter(Choices.Taken::deviates)
                .forEach(each -> deviations.put(
                        each.point().label(),
                        each.point().options().get(each.option()).name()));
        return new Schedule(deviations);
    }

    /// @param text as [#toString()] writes it
    static Schedule parse(String text) {
        var deviations = new LinkedHashMap<String, String>();
        for (var each : text.isBlank() ? new String[0] : text.split(BETWEEN)) {
            var parts = each.split(LEADS_TO, 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("a schedule reads 'point = option; point = option', not: " + text);
            }
            deviations.put(parts[0], parts[1]);
        }
        return new Schedule(deviations);
    }

    /// A point that offers no such option any more counts as one without a deviation.
    @Override
    public int choose(Choices.Point point) {
        var wanted = deviations.get(point.label());
        if (wanted == null) {
            return 0;
        }
        for (int i = 1; i < point.options().size(); i++) {
            if (point.options().get(i).name().equals(wanted)) {
                return i;
            }
        }
        return 0;
    }

    Schedule with(String point, String option) {
        var more = new LinkedHashMap<>(deviations);
        more.put(point, option);
        return new Schedule(more);
    }

    Schedule without(String point) {
        var fewer = new LinkedHashMap<>(deviations);
        fewer.remove(point);
        return new Schedule(fewer);
    }

    @Override
    public String toString() {
        return deviations.entrySet().stream()
                .map(each -> each.getKey() + LEADS_TO + each.getValue())
                .collect(Collectors.joining(BETWEEN));
    }
}
