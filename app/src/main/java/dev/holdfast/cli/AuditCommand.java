package dev.holdfast.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The books, held against each other.
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description =
                "Checks the invariants over all services and prints each with its figure. Asks the shop at --url, or opens"
                        + " the one in --data, lets it finish what is in flight, and closes it again.")
final class AuditCommand implements Callable<Integer> {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    @Option(names = "--url", paramLabel = "URL", description = "The address of a running shop.")
    private URI url;

    @Spec
    private CommandSpec command;

    @Mixin
    private ShopOptions options;

    @Override
    public Integer call() throws Exception {
        if (url != null) {
            requireHttp(command, url);
            return report(url);
        }
        requireShop();
        options.port = 0;
        try (var shop = options.open(options.durable(), Shop.QUIETLY)) {
            return report(shop.address());
        }
    }

    static void requireHttp(CommandSpec command, URI url) {
        if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
            throw new ParameterException(
                    command.commandLine(), "--url must be the address of a shop, such as http://127.0.0.1:8080");
        }
    }

    /// A mistyped folder must not become an empty shop whose books are, of course, in order.
    private void requireShop() throws IOException {
        var folder = options.durable();
        if (!Files.isDirectory(folder.resolve("postgres"))) {
            throw new IOException("there is no shop in " + folder.toAbsolutePath()
                    + "; name its folder with --data, or the address of a running one with --url");
        }
    }

    private static int report(URI shop) throws Exception {
        var audit = AuditReport.ask(shop, PATIENCE);
        audit.print(System.out);
        return audit.clean() ? 0 : Holdfast.BROKEN;
    }
}
