package dev.holdfast.groupcommit;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/// Callers of counters that write down what they were told, and the check that all of it is true.
final class CounterModel {

    /// @param added null for none
    private record Told(int client, Add add, Added added, GroupCommitException refusal) {}

    private final Collection<Told> told = new ConcurrentLinkedQueue<>();
    private final Semaphore answers = new Semaphore(0);
    private final String seed;

    CounterModel(long seed) {
        this.seed = "seed " + seed;
    }

    /// Waits until so many more answers have been given.
    void awaitAnswers(int count) throws InterruptedException {
        answers.acquire(count);
    }

    /// Lets whoever waits for answers go on.
    void noMoreAnswers() {
        answers.release(1_000_000);
    }

    /// One caller: one request after the other, some of them bad, some in a hurry.
    void call(int client, GroupCommit<Add, Added> lane, Random random, int requests) {
        for (int i = 0; i < requests; i++) {
            var key = "key " + client + " " + i;
            var counter = "counter " + random.nextInt(5);
            var add = switch (random.nextInt(20)) {
                case 0 -> new Add(key, counter, 5_000);
                case 1 -> new Add(key, "x".repeat(30), 1);
                default -> new Add(key, counter, random.nextInt(-100, 100));
            };
            var patience = random.nextInt(10) == 0 ? Duration.ofMillis(1 + random.nextInt(20)) : Duration.ofSeconds(60);
            told.add(answer(client, lane, add, patience));
            answers.release();
        }
    }

    /// Who is told that nobody knows does what the message says: asks again under the same key.
    private Told answer(int client, GroupCommit<Add, Added> lane, Add add, Duration patience) {
        try {
            return new Told(client, add, lane.submit(add, patience), null);
        } catch (UnclearCommitException e) {
            return answerOfUnclear(client, lane, add);
        } catch (GroupCommitException e) {
            return new Told(client, add, null, e);
        }
    }

    /// Asks until there is a result: after an unclear answer a "surely no effect" is about the repetition only.
    private Told answerOfUnclear(int client, GroupCommit<Add, Added> lane, Add add) {
        while (true) {
            try {
                return new Told(client, add, lane.submit(add, Duration.ofSeconds(60)), null);
            } catch (RejectedRequestException e) {
                return new Told(client, add, null, e);
            } catch (UnclearCommitException | NotCommittedException e) {
                // Again.
            }
        }
    }

    /// To be called when all lanes are closed, so that nothing is under way any more.
    void check(Database database, int requests) throws SQLException {
        var claims = claims(database);
        assertThat(told).as(seed).hasSize(requests);
        for (var one : told) {
            var claim = claims.get(one.add().key());
            if (one.added() == null) {
                assertThat(claim).as("%s: %s", seed, one).isNull();
            } else {
                assertThat(claim).as("%s: %s", seed, one).isNotNull();
                assertThat(claim.added()).as("%s: %s", seed, one).isEqualTo(one.added());
            }
        }
        checkCounters(database, claims);
        checkOrder();
    }

    int done() {
        return (int) told.stream().filter(one -> one.added() != null).count();
    }

    /// Each claim changed its counter once: their changes are numbered without a gap and their amounts add up.
    private void checkCounters(Database database, Map<String, Claim> claims) {
        claims.values().stream().collect(groupingBy(Claim::counter)).forEach((counter, changes) -> {
            var byChange = new TreeMap<Long, Claim>();
            changes.forEach(claim -> byChange.put(claim.added().change(), claim));
            assertThat(byChange).as("%s: %s", seed, counter).hasSize(changes.size());
            assertThat(byChange.lastKey()).as("%s: %s", seed, counter).isEqualTo(changes.size());
            var value = 0L;
            for (var claim : byChange.values()) {
                value += claim.amount();
                assertThat(claim.added().value()).as("%s: %s", seed, claim).isEqualTo(value);
            }
            assertThat(database.number("SELECT value FROM counter WHERE name = '" + counter + "'"))
                    .as("%s: %s", seed, counter)
                    .isEqualTo(value);
        });
    }

    /// A caller's later request is a later change.
    private void checkOrder() {
        told.stream()
                .filter(one -> one.added() != null)
                .collect(groupingBy(one -> List.of(one.client(), one.add().counter())))
                .forEach((who, ofOne) -> assertThat(ofOne)
                        .as("%s: %s", seed, who)
                        .extracting(one -> one.added().change())
                        .isSorted()
                        .doesNotHaveDuplicates());
    }

    private record Claim(String counter, long amount, Added added) {}

    private static Map<String, Claim> claims(Database database) throws SQLException {
        var claims = new HashMap<String, Claim>();
        try (var db = database.superuser().getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery("SELECT key, counter, amount, change, value FROM claim")) {
            while (row.next()) {
                var added = new Added(row.getLong(4), row.getLong(5));
                claims.put(row.getString(1), new Claim(row.getString(2), row.getLong(3), added));
            }
        }
        return claims;
    }
}
