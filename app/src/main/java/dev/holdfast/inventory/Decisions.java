package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.InventoryCommand.Expire;
import dev.holdfast.inventory.InventoryCommand.Extend;
import dev.holdfast.inventory.InventoryCommand.Hold;
import dev.holdfast.inventory.InventoryCommand.Pin;
import dev.holdfast.inventory.Outcome.Denied;
import dev.holdfast.inventory.Outcome.Reused;
import dev.holdfast.inventory.Outcome.Short;
import dev.holdfast.inventory.Outcome.Stands;
import dev.holdfast.inventory.Outcome.SweepFirst;
import dev.holdfast.inventory.Outcome.Swept;
import dev.holdfast.inventory.ReservationRow.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The rules of reservations: each command decided on rows that are locked, in the order the commands came.
///
/// "Take first, ask second" is built in: whoever decides has the reservation's row, claimed by this very batch or
/// locked, so a repetition is recognised by the row before anybody looks at the stock that its first attempt took.
final class Decisions {

    static final String OUT_OF_STOCK = "out-of-stock";
    static final String LAPSED = "reservation-lapsed";
    static final String RELEASED = "reservation-released";
    static final String COMMITTED = "reservation-committed";
    static final String TAKEN = "reservation-taken";
    static final String TOO_LATE = "too-late";
    static final String NOT_HELD = "not-held";

    private final BatchState state;
    private final Duration ttl;

    Decisions(BatchState state, Duration ttl) {
        this.state = state;
        this.ttl = ttl;
    }

    Outcome hold(Hold command) {
        var row = state.row(command.reservationId());
        if (row == null) {
            return attempt(command);
        }
        return switch (row.status()) {
            case HELD, PINNED, COMMITTED -> same(row, command) ? new Stands(List.of(row)) : another(row, command);
            case RELEASED -> denied(RELEASED, row);
            case EXPIRED -> same(row, command) ? denied(LAPSED, row) : another(row, command);
            case REFUSED -> refusedBefore(row, command);
        };
    }

    /// The same key is answered from the record, as any other answer would be. A new key is a new request: stock
    /// may have come in since.
    private Outcome refusedBefore(ReservationRow row, Hold command) {
        if (!row.key().equals(command.key())) {
            return row.sagaId().equals(command.sagaId()) ? attempt(command) : another(row, command);
        }
        return same(row, command) ? refusal(row.refusal()) : reused(command);
    }

    /// Two sagas that use one id. The second did nothing and will do nothing, and has to be told so as a no: taken
    /// for a fault of unknown effect, it would be undone, and release what the first one holds.
    private static Outcome another(ReservationRow row, Hold command) {
        return row.sagaId().equals(command.sagaId()) || row.key().equals(command.key())
                ? reused(command)
                : denied(TAKEN, row);
    }

    private Outcome attempt(Hold command) {
        if (sagaIsUndone(command)) {
            var tombstone = ReservationRow.tombstone(command.reservationId(), command.sagaId());
            state.put(tombstone);
            return denied(RELEASED, tombstone);
        }
        if (command.notAfter() != null && state.now().isAfter(command.notAfter())) {
            var message =
                    "the hold came after " + command.notAfter() + ", when its caller had given it up; nothing is held";
            return refuse(command, new Refusal(TOO_LATE, message, List.of()));
        }
        var shortages = state.stock().shortages(command.wanted());
        if (shortages.isEmpty()) {
            return take(command);
        }
        var lapsed = command.last()
                ? List.<String>of()
                : state.lapsedOf(shortages.stream().map(Shortage::itemId).toList());
        return lapsed.isEmpty()
                ? refuse(command, new Refusal(OUT_OF_STOCK, "out of stock", shortages))
                : new SweepFirst(lapsed);
    }

    /// A saga that was released by its id is over, also for reservations of it that had not arrived by then.
    private boolean sagaIsUndone(Hold command) {
        var saga = command.sagaId().equals(command.reservationId()) ? null : state.row(command.sagaId());
        return saga != null && saga.status() == Status.RELEASED;
    }

    private Outcome take(Hold command) {
        var lines = state.stock().take(command.reservationId(), command.wanted(), command.nearest());
        var row = claim(command, state.now(), ttl).with(lines);
        row = state.tell(row.told(sequence(command)), Kind.HELD, lines);
        state.put(row);
        return new Stands(List.of(row));
    }

    private Outcome refuse(Hold command, Refusal refusal) {
        var row = claim(command, state.now(), ttl).told(sequence(command)).refused(refusal);
        row = refusal.items().isEmpty() ? row : state.tellFailed(row);
        state.put(row);
        return refusal(refusal);
    }

    /// The row a hold claims its key with: what it will be if all goes as usual (all from the nearest warehouse),
    /// so that the usual hold is one insert and no update.
    static ReservationRow claim(Hold command, Instant now, Duration ttl) {
        var warehouse = command.nearest().isEmpty()
                ? Warehouses.DEFAULT
                : command.nearest().getFirst();
        var lines = command.wanted().entrySet().stream()
                .map(entry -> new ReservationRow.Line(entry.getKey(), warehouse, entry.getValue(), null))
                .toList();
        return new ReservationRow(
                command.reservationId(),
                command.sagaId(),
                command.key(),
                command.hash(),
                command.pinned() ? Status.PINNED : Status.HELD,
                command.pinned() ? null : now.plus(ttl).truncatedTo(ChronoUnit.MICROS),
                1,
                lines,
                null);
    }

    private long sequence(Hold command) {
        var before = state.row(command.reservationId());
        return before == null ? 0 : before.eventSeq();
    }

    /// Gives back what is live. If any of a saga's reservations is committed already, none is touched: the way back
    /// from there is to restock.
    Outcome release(ReservationRef target) {
        for (var row : state.rows(target)) {
            if (row.status() == Status.COMMITTED) {
                return denied(COMMITTED, row);
            }
        }
        leaveTombstone(target);
        return new Stands(state.rows(target).stream().map(this::release).toList());
    }

    /// A saga's undo is recorded under the saga's own id even where it has reservations: another of them may be on
    /// its way.
    private void leaveTombstone(ReservationRef target) {
        var id = name(target);
        if (state.row(id) == null) {
            state.put(ReservationRow.tombstone(id, id));
        }
    }

    private ReservationRow release(ReservationRow row) {
        return switch (row.status()) {
            case HELD, PINNED -> state.end(row, Status.RELEASED, Kind.RELEASED);
            case RELEASED, EXPIRED -> row;
            case REFUSED -> put(row.with(Status.RELEASED).with(List.of()));
            case COMMITTED -> throw new IllegalStateException(row.id() + " is committed; release was to refuse it");
        };
    }

    Outcome commit(ReservationRef target) {
        return ofLive(
                target,
                row -> row.status() == Status.COMMITTED ? row : state.end(row, Status.COMMITTED, Kind.COMMITTED),
                Set.of(Status.HELD, Status.PINNED, Status.COMMITTED));
    }

    /// A late pin would take the deadline off a hold whose saga may be over, and nobody would give it back.
    Outcome pin(Pin command) {
        var target = command.target();
        boolean late = command.notAfter() != null && state.now().isAfter(command.notAfter());
        if (late && state.rows(target).stream().anyMatch(row -> row.status() == Status.HELD)) {
            return new Denied(
                    TOO_LATE,
                    "the pin of '" + name(target) + "' came after " + command.notAfter()
                            + ", when its caller had given it up; the hold keeps its deadline");
        }
        return ofLive(
                target,
                row -> row.status() == Status.PINNED ? row : put(row.with(Status.PINNED)),
                Set.of(Status.HELD, Status.PINNED));
    }

    /// Never backwards, and a pinned hold has no deadline to move.
    Outcome extend(Extend command) {
        var until = command.until().truncatedTo(ChronoUnit.MICROS);
        return ofLive(
                command.target(),
                row -> row.status() == Status.HELD && until.isAfter(row.expiresAt()) ? put(row.until(until)) : row,
                Set.of(Status.HELD, Status.PINNED));
    }

    /// Does it to all fit reservations of the target, or to none and says why. Reservations of a saga that are
    /// settled or hold nothing do not stand in the way of those that live; one that lapsed does: what the saga
    /// counts on is not there.
    private Outcome ofLive(ReservationRef target, UnaryOperator<ReservationRow> change, Set<Status> fit) {
        var rows = state.rows(target);
        var able = rows.stream().filter(row -> fit.contains(row.status())).toList();
        var unfit = rows.stream().filter(row -> !fit.contains(row.status())).toList();
        var hindrance = unfit.stream()
                .filter(row -> able.isEmpty() || row.status() == Status.EXPIRED)
                .findFirst();
        if (hindrance.isPresent()) {
            return denied(hindrance.get());
        }
        return able.isEmpty()
                ? new Denied(NOT_HELD, "nothing is held under '" + name(target) + "'")
                : new Stands(able.stream().map(change).toList());
    }

    Outcome expire(Expire command) {
        int expired = 0;
        for (var id : command.reservationIds()) {
            // Looking at a lapsed row expires it. One that was extended, pinned or settled meanwhile is left alone.
            var row = state.row(id);
            expired += row != null && row.status() == Status.EXPIRED ? 1 : 0;
        }
        return new Swept(expired);
    }

    private ReservationRow put(ReservationRow row) {
        state.put(row);
        return row;
    }

    private static boolean same(ReservationRow row, Hold command) {
        return command.hash().equals(row.hash());
    }

    private static Outcome reused(Hold command) {
        return new Reused(command.reservationId());
    }

    private static Outcome refusal(Refusal refusal) {
        return refusal.items().isEmpty() ? new Denied(refusal.code(), refusal.message()) : new Short(refusal.items());
    }

    /// Why a reservation in this state cannot be used.
    static Denied denied(ReservationRow row) {
        return switch (row.status()) {
            case RELEASED -> denied(RELEASED, row);
            case EXPIRED -> denied(LAPSED, row);
            case COMMITTED -> denied(COMMITTED, row);
            case REFUSED, HELD, PINNED -> denied(NOT_HELD, row);
        };
    }

    static Denied denied(String code, ReservationRow row) {
        var why = switch (code) {
            case LAPSED -> "its deadline is over and its stock was given back; hold anew under another id";
            case RELEASED -> "it was released; a hold that comes after its release is refused";
            case TAKEN -> "another saga uses it; choose another id";
            case COMMITTED -> "it is committed; restock brings its pieces back";
            default -> "it holds nothing";
        };
        return new Denied(code, "reservation '" + row.id() + "': " + why);
    }

    static String name(ReservationRef target) {
        return target.reservationId() == null ? target.sagaId() : target.reservationId();
    }
}
