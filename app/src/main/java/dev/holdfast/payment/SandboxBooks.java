package dev.holdfast.payment;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.payment.PaymentProvider.Charge;
import dev.holdfast.payment.SandboxCommand.Entered;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Money;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The books of the simulated provider: one transaction for any number of requests, and reads of what it recorded.
final class SandboxBooks implements BatchWork<SandboxCommand, Entered> {

    private static final String CLAIM_LOST = """
            INSERT INTO sandbox.lost_requests (key)
            SELECT DISTINCT key FROM unnest(?::text[]) AS lost (key) ORDER BY key
                ON CONFLICT DO NOTHING
            RETURNING key
            """;

    static final String ENTER = """
            INSERT INTO sandbox.provider_charges (charge_id, key, order_ref, method, amount, currency, decline_code,
                                                  captured)
            SELECT charge_id, key, order_ref, method, amount, currency, decline_code, captured
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::numeric[], ?::text[], ?::text[], ?::numeric[])
                   AS claim (charge_id, key, order_ref, method, amount, currency, decline_code, captured)
            """;
    private static final String CLAIM = ENTER + "ON CONFLICT DO NOTHING RETURNING key";

    private static final String COLUMNS = """
            SELECT charge_id, key, order_ref, amount, currency, decline_code, captured, refunded, released
              FROM sandbox.provider_charges
            """;
    private static final String FIND = COLUMNS + "WHERE key = ANY (?)";
    private static final String PAGE = COLUMNS + "WHERE key > ? ORDER BY key LIMIT ?";
    private static final String LOCK = COLUMNS + "WHERE charge_id = ANY (?) ORDER BY charge_id FOR UPDATE";

    private static final String FIND_OPERATIONS = """
            SELECT key, charge_id, ref, refusal_code
              FROM sandbox.provider_operations
             WHERE key = ANY (?)
            """;

    private static final String UPDATE = """
            UPDATE sandbox.provider_charges AS charge
               SET captured = now.captured, refunded = now.refunded, released = now.released
              FROM unnest(?::text[], ?::numeric[], ?::numeric[], ?::numeric[])
                   AS now (charge_id, captured, refunded, released)
             WHERE charge.charge_id = now.charge_id
            """;

    static final String INSERT_OPERATIONS = """
            INSERT INTO sandbox.provider_operations (key, charge_id, kind, amount, ref, refusal_code)
            SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::numeric[], ?::text[], ?::text[])
            """;

    private final SandboxShortWay shortWay = new SandboxShortWay();

    private record Entry(String key, Charge after, OperationKind kind, Money amount, String ref, String refusalCode) {}

    @Override
    public List<Entered> run(Connection db, List<SandboxCommand> commands) throws SQLException {
        var charges = new TreeMap<String, SandboxCommand.Charge>();
        var operations = new ArrayList<SandboxCommand.Operate>();
        var lost = new ArrayList<String>();
        for (var command : commands) {
            switch (command) {
                case SandboxCommand.Charge charge -> charges.putIfAbsent(charge.key(), charge);
                case SandboxCommand.Operate operate -> operations.add(operate);
                case SandboxCommand.Lose lose -> lost.add(lose.key());
            }
        }
        boolean hopeful = shortWay.isJustified();
        var entered = hopeful ? shortWay.enter(db, charges) : charge(db, charges);
        var operated = hopeful && SandboxShortWay.isOrdinary(operations)
                ? shortWay.capture(db, operations)
                : operate(db, operations);
        var firstLost = lose(db, lost);
        return commands.stream()
                .map(command -> switch (command) {
                    case SandboxCommand.Charge charge -> once(entered, charge.key());
                    case SandboxCommand.Operate operate -> once(operated, operate.key());
                    case SandboxCommand.Lose lose -> new Entered(null, null, null, firstLost.remove(lose.key()));
                })
                .toList();
    }

    /// @return the answers to the keys that are known
    Map<String, Entered> operations(Connection db, Collection<String> keys) throws SQLException {
        var found = new HashMap<String, Entered>();
        try (var query = db.prepareStatement(FIND_OPERATIONS)) {
            query.setArray(1, db.createArrayOf("text", keys.toArray()));
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    found.put(
                            row.getString("key"),
                            new Entered(
                                    row.getString("charge_id"),
                                    row.getString("ref"),
                                    row.getString("refusal_code"),
                                    false));
                }
            }
        }
        return found;
    }

    List<Charge> charges(Connection db, Collection<String> keys) throws SQLException {
        return find(db, FIND, keys).values().stream().map(Row::charge).toList();
    }

    Map<String, Entered> answers(Connection db, Collection<String> keys) throws SQLException {
        var answers = new HashMap<String, Entered>();
        find(db, FIND, keys).values().forEach(row -> answers.put(row.charge().key(), row.answer(false)));
        return answers;
    }

    List<Charge> page(Connection db, String afterKey, int limit) throws SQLException {
        try (var query = db.prepareStatement(PAGE)) {
            query.setString(1, afterKey);
            query.setInt(2, limit);
            return rows(query).stream().map(Row::charge).toList();
        }
    }

    private static Map<String, Entered> charge(Connection db, Map<String, SandboxCommand.Charge> charges)
            throws SQLException {
        if (charges.isEmpty()) {
            return Map.of();
        }
        var fresh = new LinkedHashSet<String>();
        try (var claim = db.prepareStatement(CLAIM)) {
            claims(charges.values(), new HashMap<>()).bind(db, claim);
            keys(claim, fresh);
        }
        var entered = new HashMap<String, Entered>();
        find(db, FIND, charges.keySet())
                .values()
                .forEach(row -> entered.put(
                        row.charge().key(),
                        row.answer(fresh.contains(row.charge().key()))));
        return entered;
    }

    private Map<String, Entered> operate(Connection db, List<SandboxCommand.Operate> operations) throws SQLException {
        if (operations.isEmpty()) {
            return Map.of();
        }
        var charges = new HashMap<String, Charge>();
        find(
                        db,
                        LOCK,
                        operations.stream()
                                .map(SandboxCommand.Operate::chargeId)
                                .distinct()
                                .toList())
                .forEach((id, row) -> charges.put(id, row.charge()));
        var entered = operations(
                db, operations.stream().map(SandboxCommand.Operate::key).toList());
        var entries = new ArrayList<Entry>();
        for (var operation : operations) {
            if (!charges.containsKey(operation.chargeId())) {
                // A mistake of this caller alone: its neighbours in the batch must not suffer.
                entered.put(operation.key(), new Entered(operation.chargeId(), null, "unknown_charge", false));
            } else if (!entered.containsKey(operation.key())) {
                var entry = decide(charges.get(operation.chargeId()), operation);
                charges.put(operation.chargeId(), entry.after());
                entries.add(entry);
                entered.put(operation.key(), new Entered(operation.chargeId(), entry.ref(), entry.refusalCode(), true));
            }
        }
        if (!entries.isEmpty()) {
            var changed = entries.stream()
                    .map(entry -> entry.after().providerId())
                    .distinct()
                    .map(charges::get)
                    .toList();
            write(db, changed, entries);
        }
        return entered;
    }

    private static void write(Connection db, List<Charge> changed, List<Entry> entries) throws SQLException {
        var sums = Columns.of("text", "numeric", "numeric", "numeric");
        for (var charge : changed) {
            sums.add(
                    charge.providerId(),
                    charge.captured().decimal(),
                    charge.refunded().decimal(),
                    charge.released().decimal());
        }
        sums.write(db, UPDATE);
        var added = Columns.of("text", "text", "text", "numeric", "text", "text");
        for (var entry : entries) {
            added.add(
                    entry.key(),
                    entry.after().providerId(),
                    entry.kind().code(),
                    entry.amount().decimal(),
                    entry.ref(),
                    entry.refusalCode());
        }
        added.run(db, INSERT_OPERATIONS);
    }

    /// @param answers gets what the callers are told if all of it is entered
    static Columns claims(Collection<SandboxCommand.Charge> charges, Map<String, Entered> answers) {
        var columns = Columns.of("text", "text", "text", "text", "numeric", "text", "text", "numeric");
        for (var charge : charges) {
            var request = charge.request();
            boolean takes = charge.declineCode() == null && request.capture();
            var id = Ids.next("ch_");
            answers.put(charge.key(), new Entered(id, id, charge.declineCode(), true));
            columns.add(
                    id,
                    charge.key(),
                    request.orderId(),
                    request.method(),
                    request.amount().decimal(),
                    request.amount().code(),
                    charge.declineCode(),
                    takes ? request.amount().decimal() : 0);
        }
        return columns;
    }

    private static Entry decide(Charge charge, SandboxCommand.Operate operation) {
        long left = switch (operation.kind()) {
            case CAPTURE, VOID ->
                charge.declined()
                        ? 0
                        : charge.amount().amount()
                                - charge.captured().amount()
                                - charge.released().amount();
            case REFUND -> charge.captured().amount() - charge.refunded().amount();
        };
        var amount =
                operation.amount() == null ? new Money(left, charge.amount().currency()) : operation.amount();
        var ref = Ids.next(operation.kind().code() + "_");
        if (amount.amount() > left) {
            return new Entry(operation.key(), charge, operation.kind(), amount, ref, "amount_too_large");
        }
        var after = switch (operation.kind()) {
            case CAPTURE -> with(charge, charge.captured().plus(amount), charge.refunded(), charge.released());
            case VOID ->
                with(
                        charge,
                        charge.captured(),
                        charge.refunded(),
                        charge.released().plus(amount));
            case REFUND -> with(charge, charge.captured(), charge.refunded().plus(amount), charge.released());
        };
        return new Entry(operation.key(), after, operation.kind(), amount, ref, null);
    }

    private static Charge with(Charge charge, Money captured, Money refunded, Money released) {
        return new Charge(
                charge.key(),
                charge.orderId(),
                charge.providerId(),
                charge.declined(),
                charge.amount(),
                captured,
                refunded,
                released);
    }

    private static LinkedHashSet<String> lose(Connection db, List<String> keys) throws SQLException {
        var first = new LinkedHashSet<String>();
        if (!keys.isEmpty()) {
            try (var claim = db.prepareStatement(CLAIM_LOST)) {
                claim.setArray(1, db.createArrayOf("text", keys.toArray()));
                keys(claim, first);
            }
        }
        return first;
    }

    /// Two requests under one key in one batch: only one of them is the first.
    private static Entered once(Map<String, Entered> entered, String key) {
        var answer = entered.get(key);
        entered.put(key, new Entered(answer.chargeId(), answer.ref(), answer.refusalCode(), false));
        return answer;
    }

    private record Row(Charge charge, String declineCode) {
        Entered answer(boolean first) {
            return new Entered(charge.providerId(), charge.providerId(), declineCode, first);
        }
    }

    /// @return by charge id
    private static Map<String, Row> find(Connection db, String sql, Collection<String> by) throws SQLException {
        var found = new LinkedHashMap<String, Row>();
        try (var query = db.prepareStatement(sql)) {
            query.setArray(1, db.createArrayOf("text", by.toArray()));
            rows(query).forEach(row -> found.put(row.charge().providerId(), row));
        }
        return found;
    }

    private static List<Row> rows(PreparedStatement query) throws SQLException {
        var read = new ArrayList<Row>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                read.add(row(rows));
            }
        }
        return read;
    }

    private static Row row(ResultSet row) throws SQLException {
        var currency = row.getString("currency");
        var declineCode = row.getString("decline_code");
        return new Row(
                new Charge(
                        row.getString("key"),
                        row.getString("order_ref"),
                        row.getString("charge_id"),
                        declineCode != null,
                        Money.ofDecimal(row.getBigDecimal("amount"), currency),
                        Money.ofDecimal(row.getBigDecimal("captured"), currency),
                        Money.ofDecimal(row.getBigDecimal("refunded"), currency),
                        Money.ofDecimal(row.getBigDecimal("released"), currency)),
                declineCode);
    }

    private static void keys(PreparedStatement claim, Collection<String> into) throws SQLException {
        try (var rows = claim.executeQuery()) {
            while (rows.next()) {
                into.add(rows.getString(1));
            }
        }
    }
}
