package dev.holdfast.customers;

import dev.holdfast.customers.CustomerCommand.KeyReused;
import dev.holdfast.customers.CustomerCommand.KeyRunning;
import dev.holdfast.customers.CustomerCommand.Outcome;
import dev.holdfast.customers.CustomerCommand.Stored;
import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.RequestKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The rows of customers, and the work of their lane.
final class CustomerStore implements BatchWork<CustomerCommand, Outcome> {

    private static final String FIND = """
            SELECT user_id, name, email, addresses, payment_method_ids
              FROM customers.customers
             WHERE user_id = ?
            """;

    private static final String KNOWN = """
            SELECT user_id FROM customers.customers WHERE user_id = ANY (?)
            """;

    /// In key order, so that two nodes wait for each other instead of deadlocking.
    private static final String PUT = """
            INSERT INTO customers.customers (user_id, name, email, addresses, payment_method_ids, updated_at)
            SELECT user_id, name, email, addresses::jsonb, payment_method_ids::text[], updated_at
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
                   AS put (user_id, name, email, addresses, payment_method_ids, updated_at)
             ORDER BY user_id COLLATE "C"
                ON CONFLICT (user_id) DO UPDATE
               SET name = excluded.name, email = excluded.email, addresses = excluded.addresses,
                   payment_method_ids = excluded.payment_method_ids, updated_at = excluded.updated_at
            """;

    private final JdbcClient reads;
    private final RequestKeys keys;
    private final Clock clock;

    CustomerStore(DataSource pool, RequestKeys keys, Clock clock) {
        this.reads = JdbcClient.create(pool);
        this.keys = keys;
        this.clock = clock;
    }

    Optional<Customer> find(String userId) {
        return reads.sql(FIND).param(userId).query((row, n) -> customer(row)).optional();
    }

    /// A customer is replaced whole, so running a batch again writes the same; of two commands on one customer the
    /// later stands.
    @Override
    public List<Outcome> run(Connection db, List<CustomerCommand> commands) throws SQLException {
        var round = keys.claim(db, commands.stream().map(CustomerCommand::key).toList());
        var known = known(db, commands);
        var dirty = new TreeMap<String, Customer>();
        var outcomes = new ArrayList<Outcome>(commands.size());
        for (var command : commands) {
            outcomes.add(
                    switch (round.ask(command.key())) {
                        case RequestKeys.Replay(var response) -> Json.read(response, Stored.class);
                        case RequestKeys.Reused() -> new KeyReused();
                        case RequestKeys.Running() -> new KeyRunning();
                        case RequestKeys.New() -> {
                            boolean created = false;
                            for (var customer : command.customers()) {
                                created = known.add(customer.userId());
                                dirty.put(customer.userId(), customer);
                            }
                            var stored = new Stored(created);
                            round.answered(command.key(), Json.write(stored));
                            yield stored;
                        }
                    });
        }
        write(db, dirty.values().stream().toList());
        round.record(db);
        return outcomes;
    }

    private void write(Connection db, List<Customer> customers) throws SQLException {
        var rows = Columns.of("text", "text", "text", "text", "text", "timestamptz");
        for (var customer : customers) {
            rows.add(
                    customer.userId(),
                    customer.name(),
                    customer.email(),
                    Json.write(customer.addresses()),
                    db.createArrayOf("text", customer.paymentMethodIds().toArray()),
                    clock.instant());
        }
        rows.run(db, PUT);
    }

    /// Only for telling "created" from "replaced".
    private static Set<String> known(Connection db, List<CustomerCommand> commands) throws SQLException {
        var ids = commands.stream()
                .flatMap(command -> command.customers().stream())
                .map(Customer::userId)
                .distinct()
                .toArray();
        var known = new HashSet<String>();
        try (var statement = db.prepareStatement(KNOWN)) {
            statement.setArray(1, db.createArrayOf("text", ids));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    known.add(rows.getString(1));
                }
            }
        }
        return known;
    }

    private static Customer customer(ResultSet row) throws SQLException {
        return new Customer(
                row.getString("user_id"),
                row.getString("name"),
                row.getString("email"),
                List.of(Json.read(row.getString("addresses"), Address[].class)),
                List.of((String[]) row.getArray("payment_method_ids").getArray()));
    }
}
