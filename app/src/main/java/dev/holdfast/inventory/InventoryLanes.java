package dev.holdfast.inventory;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.inventory.InventoryCommand.Asked;
import dev.holdfast.inventory.InventoryCommand.Correct;
import dev.holdfast.inventory.InventoryCommand.Expire;
import dev.holdfast.inventory.InventoryCommand.Hold;
import dev.holdfast.inventory.InventoryCommand.OfReservation;
import dev.holdfast.inventory.InventoryCommand.Receive;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// The lanes of this node, by strategy, and which of them a command goes down. A lane that takes one request a
/// transaction is a connection with a queue; several of them are the classic pool of connections, with a lane's
/// rules for lost commits, repetition and refusal.
final class InventoryLanes {

    private final InventorySettings settings;
    private final Outbox outbox;
    private final List<GroupCommit<Asked, Outcome>> grouped = new ArrayList<>();
    private final Map<Strategy, List<GroupCommit<Asked, Outcome>>> single = new EnumMap<>(Strategy.class);
    private final AtomicInteger turn = new AtomicInteger();

    /// @param firstPart of a split product, which this node's first lane sells from; its other lanes the ones
    ///     after. Nodes with different ones do not wait for each other, nodes with the same one do
    InventoryLanes(Lanes opener, ServiceDatabase database, Outbox outbox, InventorySettings settings, int firstPart) {
        this.settings = settings;
        this.outbox = outbox;
        for (var strategy : Strategy.values()) {
            if (!strategy.batches() && settings.uses(strategy)) {
                single.put(strategy, single(opener, database, strategy));
            }
        }
        boolean splits = settings.uses(Strategy.POOLS);
        for (int i = 0; i < (splits ? settings.poolLanes() : 1); i++) {
            int part = splits ? 1 + Math.floorMod(firstPart + i, settings.poolParts()) : 0;
            var stock = new StockTable(true, part, product -> settings.of(product) == Strategy.POOLS);
            var name = splits ? "inventory-" + i : "inventory";
            grouped.add(opener.open(name, database, batch(stock, Recall.ofALane())));
        }
    }

    private List<GroupCommit<Asked, Outcome>> single(Lanes opener, ServiceDatabase database, Strategy strategy) {
        var lanes = new ArrayList<GroupCommit<Asked, Outcome>>();
        for (int i = 0; i < settings.connections(); i++) {
            var stock = new StockTable(strategy == Strategy.PESSIMISTIC, 0, _ -> false);
            lanes.add(opener.open("inventory-" + strategy.code() + "-" + i, database, 1, batch(stock, Recall.none())));
        }
        return lanes;
    }

    private InventoryBatch batch(StockTable stock, Recall recall) {
        return new InventoryBatch(outbox, settings.holdTtl(), stock, recall);
    }

    Outcome submit(Asked asked) {
        var lanes = single.getOrDefault(of(asked.command()), grouped);
        if (lanes.size() == 1) {
            return lanes.getFirst().submit(asked);
        }
        int next = lanes == grouped ? nameOf(asked.command()).hashCode() : turn.getAndIncrement();
        return lanes.get(Math.floorMod(next, lanes.size())).submit(asked);
    }

    /// What concerns a reservation goes down the lane that holds it: that one remembers its row, and its part of
    /// the stock has what is reserved for it.
    private static String nameOf(InventoryCommand command) {
        return switch (command) {
            case Hold hold -> hold.reservationId();
            case OfReservation target -> Decisions.name(target.target());
            case Expire _, Receive _, Correct _ -> "";
        };
    }

    /// A hold's, if all its products have the same; everything else goes the common way.
    private Strategy of(InventoryCommand command) {
        if (settings.strategyOf().isEmpty() || !(command instanceof Hold hold)) {
            return settings.strategy();
        }
        var own = settings.of(hold.wanted().firstKey());
        for (var product : hold.wanted().keySet()) {
            if (settings.of(product) != own) {
                return settings.strategy();
            }
        }
        return own;
    }
}
