package dev.holdfast.cli;

import dev.holdfast.platform.Carriers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The program. Exit codes: 0 all is well, 1 the audit found a broken invariant, 2 the command line is not
/// understood, 3 the command could not do its work; 130 and 143 are the system's, for a program that was stopped.
@Command(
        name = "holdfast",
        mixinStandardHelpOptions = true,
        version = "Holdfast 0.1.0",
        description =
                "Checkout and order processing that never oversells, never charges twice and never loses an order.",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            ReplayCommand.class,
            AuditCommand.class,
            LearnCommand.class
        },
        footer = {
            "",
            "`holdfast bench --help` lists the measurements.",
            "",
            "Exit codes:",
            "  0  all is well",
            "  1  the audit found a broken invariant, or could not look at a shop at rest",
            "  2  the command line is not understood",
            "  3  the command could not do its work",
            "130, 143  it was stopped (Ctrl-C, SIGTERM) and ended in order"
        })
public final class Holdfast implements Runnable {

    static final int BROKEN = 1;
    static final int COULD_NOT = 3;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "With an error, print where in the program it arose.")
    private boolean stacktrace;

    public static void main(String[] arguments) {
        Carriers.choose();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var program = new Holdfast();
        return new CommandLine(program).setExecutionExceptionHandler((problem, command, parsed) -> {
            command.getErr().println("holdfast: " + messageOf(problem));
            if (program.stacktrace) {
                problem.printStackTrace(command.getErr());
            }
            return COULD_NOT;
        });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which command? demo is a good first one");
    }

    /// The first message on the way to the cause that was written for people.
    private static String messageOf(Throwable problem) {
        var words = problem;
        while (words.getCause() != null && (words.getMessage() == null || isSpringsOwn(words))) {
            words = words.getCause();
        }
        return words.getMessage() == null ? words.toString() : words.getMessage();
    }

    private static boolean isSpringsOwn(Throwable problem) {
        return problem.getClass().getName().startsWith("org.springframework.");
    }
}
