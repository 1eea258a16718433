package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The statements that a lane's transaction has put off, and how they are sent together.
///
/// The driver sends the statements of a text with several, each prepared and with its parameters, one after the
/// other and then waits once; the server runs them in order and, after an error, none that follows, COMMIT least of
/// all. (PostgreSQL's documentation, "Message Flow", "Pipelining".) So what has to be seen to before COMMIT is seen
/// to by the server: a statement with the wrong number of rows is made to fail.
///
/// Used by the lane's thread alone.
final class Flight implements Writes {

    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    /// Combinations of statements whose text is kept, so that the driver finds each by a text it knows.
    private static final int MOST_TEXTS = 256;

    /// The only thing that a statement without functions of its own can fail with is a conversion, whose error has
    /// the text that was to be converted.
    private static final String COUNTED = """
            WITH written AS (
            %s
            )
            SELECT ('%s' || count(*))::int FROM written HAVING count(*) <> ?
            """;

    private static final String WRONG = "holdfast: touched by statement %d: ";
    private static final Pattern WRONGLY = Pattern.compile("holdfast: touched by statement (\\d+): (\\d+)");
    private static final String INVALID_TEXT = "22P02";
    private static final String ABORTED = "25P02";

    private final Connection db;
    private final AtOnce atOnce;
    private final List<Write> pending = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();
    private boolean together;
    private boolean failed;
    private boolean commitSent;

    /// What was sent last.
    private List<Write> sent = List.of();

    private final Map<List<String>, String> texts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, String> eldest) {
            return size() > MOST_TEXTS;
        }
    };

    Flight(Connection db) {
        this.db = db;
        this.atOnce = new AtOnce(db);
    }

    /// Begins with nothing put off.
    void begin(boolean together) {
        this.together = together;
        failed = false;
        commitSent = false;
        sent = List.of();
        pending.clear();
        tasks.clear();
    }

    @Override
    public void add(Write write) throws SQLException {
        if (together) {
            pending.add(write);
            return;
        }
        boolean before = failed;
        failed = true;
        atOnce.add(write);
        failed = before;
    }

    @Override
    public void whenCommitted(Runnable task) {
        tasks.add(task);
    }

    /// Forgets what is put off.
    void drop() {
        pending.clear();
    }

    /// Sends what is put off.
    void send() throws SQLException {
        if (!pending.isEmpty()) {
            try {
                send(false);
            } catch (SQLException e) {
                throw told(e);
            }
        }
    }

    /// Sends what is put off, and COMMIT with it.
    ///
    /// @throws SQLException as the driver has it ([#told]): the server refuses a statement or COMMIT, or its answer
    ///     is lost, or nothing was sent
    void commit() throws SQLException {
        if (failed) {
            throw new SQLException("the batch function went on after a statement had failed", ABORTED);
        }
        if (pending.isEmpty()) {
            sent = List.of();
        } else {
            send(true);
        }
        // Nothing is sent after a COMMIT of ours: the driver knows that no transaction is open.
        commitSent = true;
        db.commit();
    }

    /// Whether COMMIT was given to the driver, so that it may have gone out.
    boolean isCommitSent() {
        return commitSent;
    }

    /// The transaction is committed. What goes wrong now changes nothing about that.
    void committed() {
        for (var task : tasks) {
            try {
                task.run();
            } catch (Throwable e) {
                LOG.error("the transaction is committed; what was to be done after it failed", e);
            }
        }
        tasks.clear();
    }

    /// What an error of the statements sent last means to those who gave them.
    SQLException told(SQLException error) {
        try {
            var wrong = wrongCount(error);
            if (wrong != null) {
                return wrong;
            }
            for (var write : sent) {
                var told = write.told().apply(error);
                if (told != error) {
                    return told;
                }
            }
        } catch (RuntimeException e) {
            error.addSuppressed(e);
        }
        return error;
    }

    private SQLException wrongCount(SQLException error) {
        if (error instanceof PSQLException thrown && INVALID_TEXT.equals(thrown.getSQLState())) {
            var message = thrown.getServerErrorMessage();
            var wrong = WRONGLY.matcher(message == null ? "" : Objects.toString(message.getMessage(), ""));
            int position = wrong.find() ? Integer.parseInt(wrong.group(1)) : Integer.MAX_VALUE;
            if (position < sent.size() && sent.get(position).isCounted()) {
                var write = sent.get(position);
                return write.told().apply(new WrongCountException(write, Long.parseLong(wrong.group(2)), error));
            }
        }
        return null;
    }

    private void send(boolean commit) throws SQLException {
        boolean before = failed;
        failed = true;
        sent = List.copyOf(pending);
        pending.clear();
        try (var statement = db.prepareStatement(text(sent, commit))) {
            int bound = 0;
            for (var write : sent) {
                bound = AtOnce.bind(statement, bound, write.parameters());
                if (write.isCounted()) {
                    statement.setInt(++bound, write.rows());
                }
            }
            commitSent = commit;
            read(statement, statement.execute(), commit);
        }
        failed = before;
    }

    private void read(PreparedStatement statement, boolean givesFirst, boolean committed) throws SQLException {
        var gives = givesFirst;
        for (var write : sent) {
            try {
                if (gives && write.reading() != null) {
                    write.reading().read(statement.getResultSet());
                }
                gives = statement.getMoreResults();
            } catch (Throwable e) {
                if (!committed) {
                    throw e;
                }
                LOG.error("the transaction is committed; what a statement gave could not be read", e);
                gives = statement.getMoreResults();
            }
        }
    }

    private String text(List<Write> writes, boolean commit) {
        var key = new ArrayList<String>(writes.size() + 1);
        for (var write : writes) {
            key.add(write.sql());
            key.add(write.isCounted() ? "counted" : "");
        }
        key.add(commit ? "COMMIT" : "");
        return texts.computeIfAbsent(key, _ -> {
            var text = new StringBuilder();
            for (int i = 0; i < writes.size(); i++) {
                text.append(i == 0 ? "" : "\n;\n").append(statement(writes.get(i), i));
            }
            return text.append(commit ? "\n;COMMIT" : "").toString();
        });
    }

    private static String statement(Write write, int position) {
        if (!write.isCounted()) {
            return write.sql();
        }
        var counting = write.isQuery() ? write.sql() : write.sql() + "\nRETURNING 1";
        return COUNTED.formatted(counting, WRONG.formatted(position));
    }
}
