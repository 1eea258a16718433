package dev.holdfast.bench;

import dev.holdfast.platform.Carriers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The measurements. Exit codes: 0 measured, 2 the command line is not understood, 3 the measurement failed.
@Command(
        name = "holdfast bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures. Each figure stands beside the reference of the same run; with --json the last line is one object.",
        subcommands = {
            AllCommand.class,
            ApartCommand.class,
            BloatCommand.class,
            CheckoutCommand.class,
            CrashCommand.class,
            FlashSaleCommand.class,
            GrowthCommand.class,
            HttpCommand.class,
            LatencyCommand.class,
            ModelCommand.class,
            NodesCommand.class,
            OutboxCommand.class,
            RolesCommand.class,
            SlowProviderCommand.class,
            StartCommand.class,
            WaitingCommand.class
        })
public final class Bench implements Runnable {

    private static final int FAILED = 3;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Carriers.choose();
        var code = new CommandLine(new Bench())
                .setExecutionExceptionHandler((problem, command, parsed) -> {
                    command.getErr().println("holdfast bench: " + problem.getMessage());
                    problem.printStackTrace(command.getErr());
                    return FAILED;
                })
                .execute(arguments);
        System.exit(code);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which measurement? --help lists them");
    }
}
