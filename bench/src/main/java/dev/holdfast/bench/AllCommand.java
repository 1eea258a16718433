package dev.holdfast.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Every measurement that has a target, and one table of them.
@Command(
        name = "all",
        mixinStandardHelpOptions = true,
        description =
                "Runs every measurement that has a target, but bloat, which takes an hour; each in a process of its"
                        + " own; and prints one table:"
                        + " figure, target, measured, reference, ratio, met or short. Takes about an hour, with --quick about ten"
                        + " minutes.")
final class AllCommand implements Callable<Integer> {

    private static final int FAILED = 3;

    @Option(names = "--quick", description = "A small scale, to see that everything runs; the figures say little.")
    private boolean quick;

    @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these measurements.")
    private List<String> only = List.of();

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "Write the table into this file, between its two comments; the rest of it is left alone.")
    private Path markdown;

    @Spec
    private CommandSpec spec;

    /// @return 0 when all were measured, whether or not their targets were met
    @Override
    public Integer call() throws Exception {
        var unknown =
                only.stream().filter(name -> !Suite.names().contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--only names " + unknown + "; there are " + Suite.names());
        }
        var ran = new Suite(quick, System.out).run(only);
        var table = new TargetTable(ran, quick);
        System.out.println();
        table.lines().forEach(System.out::println);
        if (markdown != null) {
            table.writeInto(markdown);
        }
        return ran.stream().allMatch(part -> part.result().isPresent()) ? 0 : FAILED;
    }
}
