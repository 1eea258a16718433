package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Processes die under load and every promise is kept; then a row is changed by hand, and that is found and told.
class CampaignTest {

    private static final long SEED = 20_261_120;
    private static final List<Blow> BLOWS = List.of(Blow.SERVER, Blow.POSTGRES, Blow.CONNECTIONS);

    private static final String ONE_MORE_PIECE = """
            UPDATE inventory.inventory
               SET available = available + 1
             WHERE product_id = 'usual-0'
            """;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path folder;

    @Test
    void every_promise_is_kept_while_processes_die_and_one_that_is_broken_is_found_and_told() throws Exception {
        var settings = new CampaignSettings(SEED, 1, BLOWS.size() + 2, 12, 25, BLOWS);
        List<RoundResult> rounds;
        try (var campaign = new Campaign(settings, new Witness(BLOWS.size()))) {
            assertThat(campaign.run()).as(said::toString).isFalse();
            rounds = campaign.summary().rounds();
        }
        assertThat(rounds).as(said::toString).hasSize(BLOWS.size() + 1);
        assertThat(rounds.subList(0, BLOWS.size()))
                .allMatch(round -> !round.broken() && round.orders().confirmed() > 0)
                .extracting(RoundResult::blow)
                .containsExactlyInAnyOrderElementsOf(BLOWS);
        var last = rounds.getLast();
        assertThat(last.findings()).extracting(Finding::invariant).contains(Rule.STOCK.words());
        assertThat(said.toString())
                .contains("BROKEN in round 4 (seed " + SEED + ")")
                .contains("usual-0: received 1000000, sold to those who were told so")
                .contains("./holdfast bench crash --seed=%d --from-round=4 --rounds=1 --clients=12 --only=%s"
                        .formatted(SEED, last.blow().word()))
                .contains("kept in " + folder)
                .contains("last lines of the server");
        assertThat(folder.resolve("server.log")).isNotEmptyFile();
        assertThat(processesOn(folder)).isEmpty();
        remove(folder);
    }

    /// Hears what is said, and changes a row of the shop once so many rounds are over.
    private final class Witness extends PrintStream {

        private int toGo;

        Witness(int rounds) {
            super(said, true);
            this.toGo = rounds;
        }

        @Override
        public void println(String line) {
            super.println(line);
            if (line.startsWith("a new shop at ")) {
                folder = Path.of(line.substring(line.lastIndexOf(' ') + 1));
            }
            if (line.startsWith("round ") && --toGo == 0) {
                try (var db = new ShopPostgres(folder).connectNow();
                        var change = db.createStatement()) {
                    change.execute(ONE_MORE_PIECE);
                } catch (IOException | SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private static List<String> processesOn(Path folder) {
        var commands = new ArrayList<String>();
        ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(folder.toString()))
                .forEach(commands::add);
        return commands;
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
