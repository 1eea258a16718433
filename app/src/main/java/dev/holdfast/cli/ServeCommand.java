package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs the shop on a durable folder until it is told to stop.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs the shop. Its data is kept between runs; checkouts in flight go on where they were.")
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private ShopOptions options;

    @Spec
    private CommandSpec command;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "Set a property, such as holdfast.datasource.url=jdbc:postgresql://…; may be repeated.")
    private List<String> settings = List.of();

    @Option(
            names = "--roles",
            paramLabel = "ROLE,…",
            description = "Run only these services: catalog, customers, cart, inventory, payment, shipping, orders,"
                    + " notification, checkout. Where those run that they need is said with"
                    + " --set holdfast.services.ROLE.url=http://…; without --roles all run here.")
    private String roles;

    /// What is asked for and would be passed over: a variable of a script that is not set makes `--roles=` of it,
    /// and a process that was to run one service would run all of them.
    private void check() {
        if (roles != null && roles.isBlank()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--roles must name services, such as inventory,payment; without it all run here");
        }
        for (var setting : settings) {
            if (setting.indexOf('=') < 1) {
                throw new ParameterException(command.commandLine(), "--set must be NAME=VALUE, not '" + setting + "'");
            }
        }
    }

    @Override
    public Integer call() throws Exception {
        options.check();
        check();
        var properties = new ArrayList<String>();
        if (roles != null) {
            properties.add("--holdfast.roles=" + roles);
        }
        settings.forEach(setting -> properties.add("--" + setting));
        try (var shop = options.open(options.durable(), properties)) {
            System.out.println("serving at " + shop.address() + (roles == null ? "" : ", " + roles) + ", data in "
                    + options.durable().toAbsolutePath());
            if (!shop.awaitEnd()) {
                System.err.println(
                        "holdfast: other nodes have taken over the checkouts of this one, because it showed no"
                                + " sign of life; it ends, and may be started again");
                return Holdfast.COULD_NOT;
            }
        }
        return 0;
    }
}
