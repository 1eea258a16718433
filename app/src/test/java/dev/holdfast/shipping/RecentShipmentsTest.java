package dev.holdfast.shipping;

import static dev.holdfast.shipping.ShippingFixture.key;
import static dev.holdfast.shipping.ShippingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.shipping.ShippingApi.Labelled;
import dev.holdfast.shipping.ShippingApi.Refused;
import dev.holdfast.shipping.ShippingCommand.Answer;
import dev.holdfast.shipping.ShippingCommand.Begin;
import dev.holdfast.shipping.ShippingCommand.Call;
import dev.holdfast.shipping.ShippingCommand.Known;
import dev.holdfast.shipping.ShippingCommand.Made;
import dev.holdfast.shipping.ShippingCommand.Report;
import dev.holdfast.shipping.ShippingCommand.Undo;
import dev.holdfast.testing.Rerun;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a lane remembers is never taken for what is, and several shipments of one order count on one row.
class RecentShipmentsTest {

    private static final List<String> PLAN = List.of("fedex", "ups");
    private static final Report MADE = new Report(key("ord_1"), "fedex", new Made("123"), PLAN, null);
    private static final Undo UNDO = new Undo("ord_1", key("ord_1"), null);

    private final ShippingFixture fixture = new ShippingFixture();
    private final ShippingBatch lane = new ShippingBatch(fixture.clock, fixture.events);
    private Connection db;

    @BeforeEach
    void open() throws Exception {
        db = fixture.database.dataSource().getConnection();
        db.setAutoCommit(false);
    }

    @AfterEach
    void close() throws Exception {
        db.close();
        fixture.close();
    }

    @Test
    void a_label_that_another_node_undid_meanwhile_does_not_count() throws Exception {
        run(lane, begin());
        run(new ShippingBatch(fixture.clock, fixture.events), UNDO);

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> run(lane, MADE))
                .satisfies(stale -> assertThat(stale.getSQLState()).isEqualTo("40001"));
        db.rollback();

        assertThat(run(lane, MADE))
                .isInstanceOfSatisfying(
                        Known.class, known -> assertThat(known.result()).isInstanceOf(Refused.class));
        assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancel_pending");
    }

    @Test
    void a_second_caller_on_another_node_is_noticed() throws Exception {
        run(lane, begin());
        var elsewhere = new ShippingBatch(fixture.clock, fixture.events);
        assertThat(Rerun.run(elsewhere, db, List.of(begin()))).singleElement().isInstanceOf(Call.class);
        db.commit();

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> run(lane, MADE));
        db.rollback();

        assertThat(run(lane, MADE))
                .isInstanceOfSatisfying(
                        Known.class, known -> assertThat(known.result()).isInstanceOf(Labelled.class));
        assertThat(fixture.attempts("ord_1")).containsExactly("fedex created");
    }

    @Test
    void a_shipment_that_was_rolled_back_is_not_remembered() throws Exception {
        lane.run(db, List.of(begin()));
        db.rollback();
        run(new ShippingBatch(fixture.clock, fixture.events), begin());

        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> run(lane, MADE));
        db.rollback();

        run(lane, MADE);
        assertThat(fixture.attempts("ord_1")).containsExactly("fedex created");
        assertThat(fixture.events.told("ord_1")).containsExactly("LabelCreated 1");
    }

    @Test
    void a_report_that_runs_again_after_its_commit_answers_the_same() throws Exception {
        run(lane, begin());
        assertThat(run(lane, MADE)).isEqualTo(run(lane, MADE));
        assertThat(fixture.events.told("ord_1")).containsExactly("LabelCreated 1");
    }

    @Test
    void labels_of_one_order_asked_for_at_once_on_two_nodes_count_their_events_one_after_the_other() throws Exception {
        var other = fixture.node(dev.holdfast.platform.FaultRates.NONE, carrier -> carrier);
        var start = new CyclicBarrier(6);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var labels = IntStream.range(0, 6)
                    .mapToObj(i -> threads.submit(() -> {
                        start.await();
                        return (i % 2 == 0 ? fixture.node : other)
                                .shipping()
                                .createLabel(new ShippingApi.LabelRequest(
                                        "ord_1", "label " + i, ShippingFixture.ADDRESS, null, null, null, null, null));
                    }))
                    .toList();
            for (var label : labels) {
                assertThat(label.get()).isInstanceOf(Labelled.class);
            }
        }
        assertThat(fixture.events.told("ord_1"))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 6)
                        .mapToObj(n -> "LabelCreated " + n)
                        .toList());
        assertThat(fixture.jdbc
                        .sql("SELECT ordinal FROM shipping.shipments ORDER BY ordinal")
                        .query(Integer.class)
                        .list())
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    /// A batch that takes everything for new is in vain where something is not, and nothing of it is left.
    @Test
    void a_key_that_is_not_new_after_all_makes_the_batch_run_again() throws Exception {
        run(lane, begin());
        var elsewhere = new ShippingBatch(fixture.clock, fixture.events);
        var another = new Begin(request("ord_2"), "h", PLAN, "{}");

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> elsewhere.run(db, List.of(another, begin())))
                .satisfies(vain -> assertThat(vain.getSQLState()).isEqualTo("40001"));
        db.rollback();

        assertThat(elsewhere.run(db, List.of(another, begin()))).hasOnlyElementsOfType(Call.class);
        db.commit();
        assertThat(fixture.attempts("ord_1")).containsExactly("fedex unclear");
        assertThat(fixture.attempts("ord_2")).containsExactly("fedex pending");
    }

    private static Begin begin() {
        return new Begin(request("ord_1"), "h", PLAN, "{}");
    }

    private Answer run(ShippingBatch batch, ShippingCommand command) throws SQLException {
        var answer = batch.run(db, List.of(command)).getFirst();
        db.commit();
        return answer;
    }
}
