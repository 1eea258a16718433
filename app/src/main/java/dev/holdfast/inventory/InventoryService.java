package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryCommand.Asked;
import dev.holdfast.inventory.InventoryCommand.Commit;
import dev.holdfast.inventory.InventoryCommand.Correct;
import dev.holdfast.inventory.InventoryCommand.Expire;
import dev.holdfast.inventory.InventoryCommand.Extend;
import dev.holdfast.inventory.InventoryCommand.Pin;
import dev.holdfast.inventory.InventoryCommand.Release;
import dev.holdfast.inventory.InventoryCommand.Restock;
import dev.holdfast.inventory.InventoryCommand.Settle;
import dev.holdfast.inventory.Outcome.Changed;
import dev.holdfast.inventory.Outcome.Denied;
import dev.holdfast.inventory.Outcome.Reused;
import dev.holdfast.inventory.Outcome.Short;
import dev.holdfast.inventory.Outcome.Stands;
import dev.holdfast.inventory.Outcome.SweepFirst;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.Trace;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/// The inventory as its callers see it: checks what they ask, sends it down the lane, gives the outcome its shape.
final class InventoryService implements InventoryApi {

    /// How often one hold sweeps before it takes a no for a no. Each round frees up to 500 lapsed holds.
    private static final int MOST_ROUNDS = 10;

    private static final int SWEPT_AT_ONCE = 500;

    private final Function<Asked, Outcome> lanes;
    private final InventoryRequests requests;
    private final InventoryReads reads;

    InventoryService(Function<Asked, Outcome> lanes, InventoryRequests requests, InventoryReads reads) {
        this.lanes = lanes;
        this.requests = requests;
        this.reads = reads;
    }

    /// A hold that falls short while lapsed holds keep the product back is not decided; it expires them, by a
    /// command of its own (it locks their reservations before stock, which a batch that holds stock could not), and
    /// asks again.
    @Override
    public HoldResult hold(HoldRequest request) {
        var command = requests.hold(request);
        for (int round = 1; ; round++) {
            switch (ask(round < MOST_ROUNDS ? command : command.asLast())) {
                case SweepFirst(var lapsed) -> ask(new Expire(lapsed));
                case Stands(var rows) -> {
                    return held(rows);
                }
                case Denied(var code, var message) -> {
                    return new Refused(code, message);
                }
                case Short(var items) -> {
                    return new OutOfStock(items);
                }
                case Reused(var key) -> throw new KeyReusedException(key);
                case Outcome other -> throw unexpected(other);
            }
        }
    }

    @Override
    public ReleaseResult release(ReservationRef reservation) {
        check(reservation);
        return switch (ask(new Release(reservation))) {
            case Stands(var rows) -> {
                var gone = rows.stream()
                        .filter(row -> row.status() == Status.RELEASED)
                        .toList();
                yield new Released(name(reservation, rows), items(gone));
            }
            case Denied(var code, var message) -> new Refused(code, message);
            case Outcome other -> throw unexpected(other);
        };
    }

    @Override
    public ExtendResult extend(ReservationRef reservation, Instant until) {
        Objects.requireNonNull(until, "until");
        check(reservation);
        return extended(ask(new Extend(reservation, until)));
    }

    @Override
    public ExtendResult pin(ReservationRef reservation, Instant notAfter) {
        check(reservation);
        return extended(ask(new Pin(reservation, notAfter)));
    }

    private static ExtendResult extended(Outcome outcome) {
        return switch (outcome) {
            case Stands(var rows) -> held(rows);
            case Denied(var code, var message) -> new Refused(code, message);
            case Outcome other -> throw unexpected(other);
        };
    }

    @Override
    public CommitResult commit(ReservationRef reservation) {
        check(reservation);
        return switch (ask(new Commit(reservation))) {
            case Stands(var rows) -> new Committed(name(reservation, rows), items(rows));
            case Denied(var code, var message) -> new Refused(code, message);
            case Outcome other -> throw unexpected(other);
        };
    }

    @Override
    public RestockResult restock(ReservationRef reservation, String key, List<HoldLine> lines) {
        check(reservation);
        Objects.requireNonNull(key, "key");
        if (!lines.isEmpty()) {
            InventoryRequests.sums(lines);
        }
        var hash = IdempotencyKey.digest(List.of("restock", reservation, lines));
        var answer = changed(ask(new Restock(reservation, key, hash, List.copyOf(lines))));
        return answer.code() == null
                ? new Restocked(answer.reservationId(), answer.items())
                : new Refused(answer.code(), answer.message());
    }

    @Override
    public List<Availability> availability(List<String> productIds) {
        return productIds.isEmpty() ? List.of() : reads.availability(productIds);
    }

    @Override
    public Optional<Reservation> find(String reservationId) {
        return reads.find(reservationId);
    }

    @Override
    public Received receive(String key, List<Receipt> receipts) {
        var command = requests.receive(key, receipts);
        changed(ask(command));
        return new Received(key, command.receipts());
    }

    /// Sets what is available of a product in a warehouse. Lapsed holds are expired first, so that what is set is
    /// what a reader sees afterwards.
    ///
    /// @param key null: not guarded; setting a figure twice is setting it once, unless something came in between
    void correct(String key, String productId, String warehouseId, long available) {
        var warehouse = requests.warehouse(warehouseId);
        var hash = IdempotencyKey.digest(List.of("correct", productId, warehouse, available));
        var lapsed = reads.lapsedOf(productId, SWEPT_AT_ONCE);
        if (!lapsed.isEmpty()) {
            ask(new Expire(lapsed));
        }
        changed(ask(new Correct(key, hash, productId, warehouse, available)));
    }

    /// Commits or releases some pieces of a reservation, all or a part.
    Changed settle(String reservationId, String key, int quantity, Status as) {
        var hash = IdempotencyKey.digest(List.of("settle", reservationId, quantity, as));
        return changed(ask(new Settle(ReservationRef.reservation(reservationId), key, hash, quantity, as)));
    }

    /// One step of the sweeper.
    ///
    /// @return how many lapsed holds were found; fewer than `limit`: there are no more
    int sweep(int limit) {
        var lapsed = reads.lapsed(limit);
        if (!lapsed.isEmpty()) {
            ask(new Expire(lapsed));
        }
        return lapsed.size();
    }

    private Outcome ask(InventoryCommand command) {
        return lanes.apply(new Asked(command, Trace.currentTraceparent()));
    }

    private static Changed changed(Outcome outcome) {
        return switch (outcome) {
            case Changed answer -> answer;
            case Reused(var key) -> throw new KeyReusedException(key);
            case Outcome other -> throw unexpected(other);
        };
    }

    /// Several reservations of a saga answer as one: the first id, all items, the earliest deadline.
    private static Held held(List<ReservationRow> rows) {
        var first = rows.getFirst();
        var deadline = rows.stream()
                .map(ReservationRow::expiresAt)
                .filter(Objects::nonNull)
                .min(Instant::compareTo);
        return new Held(first.sagaId(), first.id(), deadline.orElse(null), items(rows));
    }

    private static List<HeldLine> items(List<ReservationRow> rows) {
        return rows.stream().flatMap(row -> row.held().stream()).toList();
    }

    private static String name(ReservationRef reservation, List<ReservationRow> rows) {
        return rows.isEmpty() ? Decisions.name(reservation) : rows.getFirst().id();
    }

    private static void check(ReservationRef reservation) {
        InventoryRequests.id(
                "reservation or saga id", Decisions.name(reservation), InventoryRequests.LONGEST_RESERVATION);
    }

    private static IllegalStateException unexpected(Outcome outcome) {
        return new IllegalStateException("a defect: the lane answered " + outcome + " to another kind of command");
    }
}
