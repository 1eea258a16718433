package dev.holdfast.shipping;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Optimism;
import dev.holdfast.shipping.CarrierSandbox.Command;
import dev.holdfast.shipping.CarrierSandbox.Entry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The books of the simulated carriers. They stand for systems outside, so they have a schema, a lane and
/// transactions of their own, and remember every key they were asked for: that a reply got lost or the asker died
/// changes nothing here.
final class CarrierSandbox implements BatchWork<Command, Entry> {

    private static final String ENTER = """
            INSERT INTO carriers_sandbox.labels (label_key, carrier, reference, order_id, status)
            SELECT label_key, carrier, reference, order_id, status
              FROM unnest(?, ?, ?, ?, ?) AS c(label_key, carrier, reference, order_id, status)
            """;
    private static final String CLAIM_NEW = ENTER + "RETURNING label_key, serial";
    private static final String CLAIM = ENTER + "ON CONFLICT (label_key) DO NOTHING RETURNING label_key, serial";

    private static final String LOCK = """
            SELECT label_key, status, serial
              FROM carriers_sandbox.labels
             WHERE label_key = ANY (?)
             ORDER BY label_key
               FOR UPDATE
            """;

    private static final String WRITE = """
            UPDATE carriers_sandbox.labels l
               SET status = n.status
              FROM unnest(?, ?) AS n(label_key, status)
             WHERE l.label_key = n.label_key
            """;

    private final Optimism optimism = new Optimism();

    enum Status {
        REQUESTED,
        LIVE,
        REFUSED,
        CANCELLED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    sealed interface Command {
        String key();
    }

    /// @param lost the request gets lost if it is the first of its key
    /// @param declined what the carrier says no to
    record Make(String key, String carrier, String reference, String orderId, boolean lost, boolean declined)
            implements Command {

        Status outcome() {
            return declined ? Status.REFUSED : Status.LIVE;
        }
    }

    record Void(String key, String carrier) implements Command {}

    /// @param first whether this very command made the label, or refused it
    record Entry(Status status, long serial, boolean first) {}

    private static final class Label {
        final long serial;
        Status status;
        Status written;

        Label(long serial, Status status, Status written) {
            this.serial = serial;
            this.status = status;
            this.written = written;
        }
    }

    @Override
    public List<Entry> run(Connection db, List<Command> commands) throws SQLException {
        var labels = new HashMap<String, Label>();
        claim(db, commands, labels);
        lock(db, commands, labels);
        var entries = new ArrayList<Entry>(commands.size());
        for (var command : commands) {
            entries.add(decide(command, labels.get(command.key())));
        }
        var changed = Columns.of("text", "text");
        labels.forEach((key, label) -> {
            if (label.status != label.written) {
                changed.add(key, label.status.code());
            }
        });
        changed.write(db, WRITE);
        return entries;
    }

    private static Entry decide(Command command, Label label) {
        boolean first = label.status == null || label.status == Status.REQUESTED;
        switch (command) {
            case Make make when label.status == null -> label.status = make.lost() ? Status.REQUESTED : make.outcome();
            case Make make when first -> label.status = make.outcome();
            case Make _ -> {}
            case Void _ -> label.status = Status.CANCELLED;
        }
        return new Entry(label.status, label.serial, first);
    }

    private void claim(Connection db, List<Command> commands, Map<String, Label> labels) throws SQLException {
        var claims = new TreeMap<String, Command>();
        commands.forEach(command -> claims.putIfAbsent(command.key(), command));
        var columns = Columns.of("text", "text", "text", "text", "text");
        claims.forEach((key, command) -> {
            switch (command) {
                case Make make ->
                    columns.add(
                            key,
                            make.carrier(),
                            make.reference(),
                            make.orderId(),
                            claimed(make).code());
                case Void(String _, String carrier) ->
                    columns.add(key, carrier, null, null, claimed(command).code());
            }
        });
        boolean hopeful = optimism.isJustified(claims.values().stream().allMatch(Make.class::isInstance));
        try (var statement = db.prepareStatement(hopeful ? CLAIM_NEW : CLAIM)) {
            columns.bind(db, statement);
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var key = inserted.getString(1);
                    labels.put(key, new Label(inserted.getLong(2), null, claimed(claims.get(key))));
                }
            }
        } catch (SQLException e) {
            throw optimism.after(e);
        }
    }

    /// As what the first command under a key enters it.
    private static Status claimed(Command command) {
        return switch (command) {
            case Make make -> make.lost() ? Status.REQUESTED : make.outcome();
            case Void _ -> Status.CANCELLED;
        };
    }

    private static void lock(Connection db, List<Command> commands, Map<String, Label> labels) throws SQLException {
        var keys = new HashSet<String>();
        for (var command : commands) {
            if (!labels.containsKey(command.key())) {
                keys.add(command.key());
            }
        }
        if (keys.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(LOCK)) {
            statement.setArray(1, db.createArrayOf("text", keys.toArray()));
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var status = Status.valueOf(found.getString("status").toUpperCase(Locale.ROOT));
                    labels.put(found.getString("label_key"), new Label(found.getLong("serial"), status, status));
                }
            }
        }
    }
}
