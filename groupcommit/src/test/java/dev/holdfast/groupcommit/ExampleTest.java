package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/// The example of the README: it runs, and it is what the README shows.
class ExampleTest {

    private static final Path README = Path.of("README.md");
    private static final Path SOURCE = Path.of("src/test/java/dev/holdfast/groupcommit/ExampleTest.java");

    @Test
    void the_example_gives_every_voter_one_number_however_often_asked() {
        var database = Database.fresh();
        database.asOwner("CREATE TABLE vote (voter text CONSTRAINT vote_pk PRIMARY KEY, number int"
                + " GENERATED ALWAYS AS IDENTITY)");
        example(database.lanes());
        assertThat(database.number("SELECT count(*) FROM vote")).isEqualTo(2);
    }

    private static void example(DataSource dataSource) {
        // example begins
        BatchWork<String, Integer> work = (db, voters) -> {
            var names = voters.toArray(String[]::new);
            try (var insert = db.prepareStatement(
                            "INSERT INTO vote (voter) SELECT unnest(?::text[]) ORDER BY 1 ON CONFLICT DO NOTHING");
                    var select = db.prepareStatement("SELECT voter, number FROM vote WHERE voter = ANY (?)")) {
                insert.setObject(1, names);
                insert.executeUpdate();
                select.setObject(1, names);
                var numbers = new HashMap<String, Integer>();
                for (var row = select.executeQuery(); row.next(); ) {
                    numbers.put(row.getString("voter"), row.getInt("number"));
                }
                return voters.stream().map(numbers::get).toList();
            }
        };
        try (var votes = GroupCommit.open(dataSource, GroupCommitSettings.named("votes"), work)) {
            int number = votes.submit("anna"); // from any number of virtual threads at once
            assertThat(votes.submit("bert")).isNotEqualTo(number);
            assertThat(votes.submit("anna")).isEqualTo(number); // asked again: the same answer, nothing written
        }
        // example ends
    }

    @Test
    void the_readme_shows_the_example_that_runs() throws IOException {
        var source = Files.readString(SOURCE);
        var begin = source.indexOf("// example begins\n") + "// example begins\n".length();
        var example = source.substring(begin, source.indexOf("        // example ends\n", begin))
                .indent(-8);
        assertThat(Files.readString(README)).contains("```java\n" + example + "```");
    }
}
