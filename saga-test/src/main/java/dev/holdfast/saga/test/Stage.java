package dev.holdfast.saga.test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Everything that the parts of one run share.
///
/// @param faults which may happen
/// @param meanwhile what else may happen, once each, by name
record Stage(
        VirtualTime time,
        Choices choices,
        Story story,
        Store store,
        Plant plant,
        Set<Fault> faults,
        Map<String, Runnable> meanwhile) {

    /// @param events by name
    static <W> Map<String, Runnable> onceEach(Map<String, Consumer<W>> events, W world) {
        var open = new LinkedHashMap<String, Runnable>();
        events.forEach((name, event) -> open.put(name, () -> event.accept(world)));
        return open;
    }

    /// Chooses among nothing and those of these faults that may happen.
    ///
    /// @return `null` for nothing
    Fault strikes(String what, List<Fault> possible) {
        var open = possible.stream().filter(faults::contains).toList();
        var options = new ArrayList<>(List.of(Option.free("all is well")));
        open.forEach(fault -> options.add(fault.option()));
        var chosen = choices.choose(what, options);
        return chosen == 0 ? null : open.get(chosen - 1);
    }

    /// Lets things happen that the world brings in: any of them may happen before any other thing, each once.
    void meanwhile(String before) {
        if (meanwhile.isEmpty()) {
            return;
        }
        var names = List.copyOf(meanwhile.keySet());
        var options = new ArrayList<>(List.of(Option.free("nothing")));
        names.forEach(name -> options.add(Option.fault(name)));
        var chosen = choices.choose("meanwhile before " + before, options);
        if (chosen > 0) {
            var name = names.get(chosen - 1);
            story.tell("meanwhile: " + name);
            meanwhile.remove(name).run();
        }
    }
}
