package dev.holdfast.orders;

import static dev.holdfast.orders.OrdersFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.orders.OrdersCommand.Advance;
import dev.holdfast.orders.OrdersCommand.Answer;
import dev.holdfast.orders.OrdersCommand.Answered;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.Create;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a lane remembers of the orders it has just created is never taken for what is.
class RecentOrdersTest {

    private static final Create CREATE = new Create(request("ord_1"), "h", null);
    private static final Advance CONFIRM = new Advance("ord_1", OrderState.CONFIRMED, null, null);

    private final OrdersFixture fixture = new OrdersFixture();
    private final OrdersBatch lane = fixture.batch();
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
    void an_order_that_another_node_cancelled_is_not_confirmed() throws Exception {
        run(lane, CREATE);
        run(fixture.batch(), new Cancel("ord_1", "elsewhere", null));

        refusesToAnswer(CONFIRM);

        assertThat(run(lane, CONFIRM))
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.result()).isInstanceOf(Refused.class));
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>reserved", "reserved>cancelled");
    }

    @Test
    void an_order_whose_creation_was_rolled_back_is_not_confirmed() throws Exception {
        lane.run(db, List.of(CREATE));
        db.rollback();

        refusesToAnswer(CONFIRM);

        assertThat(run(lane, CONFIRM))
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.result()).isInstanceOf(Refused.class));
    }

    @Test
    void a_confirmation_that_runs_again_after_its_commit_answers_the_same() throws Exception {
        run(lane, CREATE);
        for (int time = 0; time < 2; time++) {
            assertThat(run(lane, CONFIRM)).isEqualTo(new Answered(new Accepted("ord_1", "confirmed")));
        }
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>reserved", "reserved>confirmed");
    }

    @Test
    void a_confirmed_order_tells_of_the_lines_it_was_created_with() throws Exception {
        run(lane, CREATE);
        run(lane, CONFIRM);
        run(fixture.batch(), new Create(request("ord_2"), "h", null));
        run(lane, new Advance("ord_2", OrderState.CONFIRMED, null, null));

        assertThat(fixture.events.told("ord_1")).isEqualTo(fixture.events.told("ord_2"));
        assertThat(fixture.books.broken()).isZero();
    }

    private void refusesToAnswer(OrdersCommand command) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> lane.run(db, List.of(command)))
                .satisfies(stale -> assertThat(stale.getSQLState()).isEqualTo("40001"));
        db.rollback();
    }

    private Answer run(OrdersBatch batch, OrdersCommand command) throws SQLException {
        var answer = batch.run(db, List.of(command)).getFirst();
        db.commit();
        return answer;
    }
}
