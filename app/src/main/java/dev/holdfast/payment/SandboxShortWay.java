package dev.holdfast.payment;

import dev.holdfast.payment.SandboxCommand.Entered;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Optimism;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Enters requests that are all new, without looking first ([Optimism]).
final class SandboxShortWay {

    /// Takes what is there to take. A charge with less left, and one that was declined, stays as it is.
    private static final String CAPTURE = """
            UPDATE sandbox.provider_charges AS charge
               SET captured = charge.captured + now.amount
              FROM unnest(?::text[], ?::numeric[]) AS now (charge_id, amount)
             WHERE charge.charge_id = now.charge_id
               AND charge.decline_code IS NULL
               AND charge.captured + now.amount + charge.released <= charge.amount
            """;

    private final Optimism optimism = new Optimism();

    /// Asked once for every run of a batch.
    boolean isJustified() {
        return optimism.isJustified(true);
    }

    /// All of them new.
    Map<String, Entered> enter(Connection db, Map<String, SandboxCommand.Charge> charges) throws SQLException {
        var entered = new HashMap<String, Entered>();
        var columns = SandboxBooks.claims(charges.values(), entered);
        columns.run(db, SandboxBooks.ENTER, optimism::after);
        return entered;
    }

    /// Captures, each of a charge of its own.
    static boolean isOrdinary(List<SandboxCommand.Operate> operations) {
        return operations.stream()
                        .allMatch(operation -> operation.kind() == OperationKind.CAPTURE && operation.amount() != null)
                && Optimism.distinct(operations.stream()
                        .map(SandboxCommand.Operate::chargeId)
                        .toList());
    }

    /// All of them new, and all of money that is there.
    Map<String, Entered> capture(Connection db, List<SandboxCommand.Operate> captures) throws SQLException {
        var entered = new HashMap<String, Entered>();
        var taken = Columns.of("text", "numeric");
        var added = Columns.of("text", "text", "text", "numeric", "text", "text");
        var ordered = new ArrayList<>(captures);
        ordered.sort(Comparator.comparing(SandboxCommand.Operate::chargeId));
        for (var capture : ordered) {
            var ref = Ids.next("capture_");
            var amount = capture.amount().decimal();
            taken.add(capture.chargeId(), amount);
            added.add(capture.key(), capture.chargeId(), OperationKind.CAPTURE.code(), amount, ref, null);
            entered.put(capture.key(), new Entered(capture.chargeId(), ref, null, true));
        }
        taken.write(db, CAPTURE, optimism::after);
        added.run(db, SandboxBooks.INSERT_OPERATIONS, optimism::after);
        return entered;
    }
}
