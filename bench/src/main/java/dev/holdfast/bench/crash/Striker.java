package dev.holdfast.bench.crash;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// Does to a shop what is to be done, and brings back what does not come back by itself: the server. PostgreSQL is
/// the server's to bring back.
final class Striker {

    private static final Duration CUTTING = Duration.ofSeconds(2);
    private static final Duration BETWEEN_CUTS = Duration.ofMillis(20);

    /// Those in their COMMIT first, then those in a transaction: a connection that idles between two has nothing to
    /// lose.
    private static final String CUT_ONE = """
            SELECT victim.in_commit, pg_terminate_backend(victim.pid)
              FROM (SELECT pid, query ILIKE 'commit%' AND state = 'active' AS in_commit
                      FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                       AND state IN ('active', 'idle in transaction')
                       AND xact_start IS NOT NULL
                     ORDER BY query ILIKE 'commit%' AND state = 'active' DESC, md5(pid::text || ?)
                     LIMIT 1) AS victim
            """;

    private static final String ONE_BACKEND = """
            SELECT pid
              FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
             ORDER BY state = 'active' DESC, xact_start IS NOT NULL DESC, md5(pid::text || ?)
             LIMIT 1
            """;

    private final ShopProcess shop;
    private final Random random;
    private final Runnable harmed;

    /// @param harmed told as soon as harm is done and before anything is brought back: an answer just before the
    ///     blow says nothing about it
    Striker(ShopProcess shop, Random random, Runnable harmed) {
        this.shop = shop;
        this.random = random;
        this.harmed = harmed;
    }

    /// @return what was done, in words
    String strike(Blow blow) throws IOException, SQLException, InterruptedException {
        return switch (blow) {
            case SERVER -> server();
            case SERVER_TWICE -> serverTwice();
            case POSTGRES -> postgres();
            case POSTMASTER -> postmaster();
            case BACKEND -> backend();
            case BOTH -> both();
            case CONNECTIONS -> connections();
            case FROZEN_SERVER -> frozen(List.of(shop.pid()), "the server");
            case FROZEN_POSTGRES -> frozen(shop.postgres().heldGroup(), "PostgreSQL");
            case NOTHING -> nothing();
        };
    }

    private String nothing() {
        harmed.run();
        return "nothing";
    }

    private String server() throws IOException, InterruptedException {
        var pid = shop.pid();
        shop.kill();
        harmed.run();
        shop.start();
        return "killed the server (pid " + pid + ")";
    }

    private String serverTwice() throws IOException, InterruptedException {
        shop.kill();
        harmed.run();
        shop.launch();
        var later = 300 + random.nextInt(4_500);
        Thread.sleep(later);
        shop.kill();
        harmed.run(); // counts by itself when something was answered in between
        shop.start();
        return "killed the server, and again " + later + " ms into its start";
    }

    private String postgres() throws IOException, InterruptedException {
        var killed = shop.postgres().killGroup();
        harmed.run();
        return "killed PostgreSQL with " + (killed - 1) + " children";
    }

    private String postmaster() throws IOException, InterruptedException {
        var pid = shop.postgres().postmaster();
        Signals.send("KILL", List.of(pid));
        harmed.run();
        return "killed the postmaster (pid " + pid + ") only";
    }

    private String backend() throws IOException, SQLException, InterruptedException {
        long pid;
        try (var db = shop.postgres().connect();
                var find = db.prepareStatement(ONE_BACKEND)) {
            find.setString(1, Integer.toString(random.nextInt()));
            try (var row = find.executeQuery()) {
                if (!row.next()) {
                    throw new IOException("PostgreSQL has no backend to kill");
                }
                pid = row.getLong(1);
            }
        }
        Signals.send("KILL", List.of(pid));
        harmed.run();
        return "killed one backend (pid " + pid + ")";
    }

    private String both() throws IOException, InterruptedException {
        if (random.nextBoolean()) {
            shop.postgres().killGroup();
            shop.kill();
        } else {
            shop.kill();
            shop.postgres().killGroup();
        }
        harmed.run();
        shop.start();
        return "killed the server and PostgreSQL";
    }

    private String connections() throws IOException, SQLException, InterruptedException {
        int cut = 0;
        int inCommit = 0;
        var until = System.nanoTime() + CUTTING.toNanos();
        try (var db = shop.postgres().connect()) {
            while (System.nanoTime() < until) {
                var victim = cutOne(db);
                if (victim != Cut.NOBODY && cut++ == 0) {
                    harmed.run();
                }
                inCommit += victim == Cut.IN_COMMIT ? 1 : 0;
                Thread.sleep(BETWEEN_CUTS);
            }
        }
        if (cut == 0) {
            harmed.run(); // there was nobody to harm
        }
        return "cut " + cut + " connections, " + inCommit + " of them in their COMMIT";
    }

    private enum Cut {
        NOBODY,
        IN_TRANSACTION,
        IN_COMMIT
    }

    private Cut cutOne(Connection db) throws SQLException {
        try (var cut = db.prepareStatement(CUT_ONE)) {
            cut.setString(1, Integer.toString(random.nextInt()));
            try (var row = cut.executeQuery()) {
                if (!row.next()) {
                    return Cut.NOBODY;
                }
                return row.getBoolean(1) ? Cut.IN_COMMIT : Cut.IN_TRANSACTION;
            }
        }
    }

    private String frozen(List<Long> pids, String who) throws IOException, InterruptedException {
        var forMillis = 1_000 + random.nextInt(3_500);
        Signals.send("STOP", pids);
        harmed.run();
        try {
            Thread.sleep(forMillis);
        } finally {
            Signals.send("CONT", pids);
        }
        return "froze " + who + " for " + forMillis + " ms";
    }
}
