package dev.holdfast.platform.remote;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// What runs in this process, `holdfast.roles`, and what it needs from others.
public final class Roles {

    private final Set<Role> local;
    private final Set<Role> elsewhere;
    private final boolean chosen;

    private Roles(Set<Role> local, boolean chosen) {
        this.local = Collections.unmodifiableSet(local);
        this.chosen = chosen;
        var needed = EnumSet.noneOf(Role.class);
        local.forEach(role -> needed.addAll(role.needs()));
        needed.removeAll(local);
        this.elsewhere = Collections.unmodifiableSet(needed);
    }

    /// @param list `inventory,payment`; null or blank: all
    /// @throws IllegalArgumentException a word is no role
    public static Roles of(String list) {
        if (list == null || list.isBlank()) {
            return new Roles(EnumSet.allOf(Role.class), false);
        }
        var local = EnumSet.noneOf(Role.class);
        for (var part : list.split(",", -1)) {
            var word = part.strip();
            local.add(Role.of(word)
                    .orElseThrow(() -> new IllegalArgumentException("there is no role '" + word + "'; holdfast.roles"
                            + " (--roles) takes some of " + Role.words() + ", separated by commas; without it, all of"
                            + " them run here")));
        }
        return new Roles(local, true);
    }

    public boolean isLocal(Role role) {
        return local.contains(role);
    }

    /// The roles this process needs and does not have.
    public Set<Role> elsewhere() {
        return elsewhere;
    }

    /// Whether roles were named. Only then are the services here offered to other processes: in a process that has
    /// everything nobody else needs them, and a door that nobody needs stays shut.
    public boolean chosen() {
        return chosen;
    }

    /// Their words, `[inventory, payment]`.
    @Override
    public String toString() {
        return local.stream().map(Role::word).toList().toString();
    }
}
