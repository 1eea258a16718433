package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Outcome;
import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.platform.RequestKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The work of the cart's lane: claim the keys, lock the carts, decide in the order of arrival ([CartBatch]), write
/// each cart once. At most nine statements whatever the size.
final class CartWork implements BatchWork<CartCommand, Outcome> {

    private final CartStore store;
    private final RequestKeys keys;
    private final Clock clock;
    private final Duration expiresAfter;

    CartWork(CartStore store, RequestKeys keys, Clock clock, Duration expiresAfter) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.expiresAfter = expiresAfter;
    }

    @Override
    public List<Outcome> run(Connection db, List<CartCommand> commands) throws SQLException {
        var round = keys.claim(db, commands.stream().map(CartCommand::key).toList());
        var ids = new HashSet<String>();
        commands.forEach(command -> ids.addAll(command.cartIds()));
        var locked = store.lock(db, ids);
        // What PostgreSQL keeps of a time, so that a cart answers the same before and after it was stored.
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var batch = new CartBatch(locked, round, now, now.plus(expiresAfter));
        var outcomes = new ArrayList<Outcome>(commands.size());
        commands.forEach(command -> outcomes.add(batch.run(command)));
        store.write(db, locked, batch.carts());
        round.record(db);
        return outcomes;
    }
}
