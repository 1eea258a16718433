package dev.holdfast.bench.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Function;

/// A shop on a data folder, with all that is known about it: what lies on its shelf, and what its customers were
/// told. Rounds share one until it is replaced by a new one.
final class Grounds implements AutoCloseable {

    /// Of every order, so the same seed meets the same ones. Providers take a while, or hardly anything would be in
    /// flight at a blow.
    static final List<String> SETTINGS = List.of(
            "holdfast.faults.decline-rate=0.05",
            "holdfast.faults.lost-payment-reply-rate=0.05",
            "holdfast.faults.lost-label-reply-rate=0.05",
            "holdfast.faults.lost-request-rate=0.03",
            "holdfast.faults.carrier-down-rate=0.05",
            "holdfast.payment.simulated.latency=15ms",
            // What is audited is judged now, and not when the usual patience is over.
            "holdfast.payment.sweep-after=2s",
            "holdfast.payment.sweep-interval=1s",
            "logging.level.root=info");

    private final ShopProcess shop;
    private final ShopPostgres postgres;
    private final Ledger ledger = new Ledger();
    private final Shelf shelf = new Shelf();
    private final Door door;

    /// @param shop the one that is audited, or the only one
    /// @param addressOf the address of the process that serves a path
    Grounds(ShopProcess shop, ShopPostgres postgres, Function<String, URI> addressOf) {
        this.shop = shop;
        this.postgres = postgres;
        this.door = new Door(addressOf, ledger);
    }

    /// In a fresh folder; nothing runs yet.
    static Grounds fresh() throws IOException {
        var shop = ShopProcess.on(freshFolder(), SETTINGS);
        return new Grounds(shop, shop.postgres(), _ -> shop.address());
    }

    /// A fresh one.
    static Path freshFolder() throws IOException {
        var folder = Files.createTempDirectory("holdfast-crash-");
        // PostgreSQL may run as another user, who must get to its own folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    ShopProcess shop() {
        return shop;
    }

    ShopPostgres postgres() {
        return postgres;
    }

    Ledger ledger() {
        return ledger;
    }

    Shelf shelf() {
        return shelf;
    }

    Door door() {
        return door;
    }

    Path folder() {
        return shop.folder();
    }

    /// Ends all its processes; the data stays.
    @Override
    public void close() throws IOException {
        door.close();
        shop.close();
    }
}
