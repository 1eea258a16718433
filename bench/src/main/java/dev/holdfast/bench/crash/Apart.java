package dev.holdfast.bench.crash;

import dev.holdfast.platform.postgres.SupervisedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A shop of several processes on one PostgreSQL: each with the schemas of its own services, reached by the others
/// over HTTP only.
final class Apart implements AutoCloseable {

    private final Path folder;
    private final SupervisedPostgres postgres;
    private final Map<Member, ShopProcess> processes = new EnumMap<>(Member.class);

    private Apart(Path folder, SupervisedPostgres postgres) {
        this.folder = folder;
        this.postgres = postgres;
    }

    /// On a fresh folder, with PostgreSQL running and nothing else yet.
    static Apart fresh() throws IOException {
        var folder = Grounds.freshFolder();
        var apart = new Apart(folder, SupervisedPostgres.open(folder.resolve("postgres"), Map.of()));
        // Everybody is told where the others are before the first one starts: the lists are filled in the end.
        var settings = new EnumMap<Member, List<String>>(Member.class);
        for (var member : Member.values()) {
            var own = new ArrayList<String>();
            settings.put(member, own);
            var data = Files.createDirectory(folder.resolve(member.word()));
            apart.processes.put(member, ShopProcess.on(data, own));
        }
        settings.forEach((member, own) -> own.addAll(apart.settingsOf(member)));
        return apart;
    }

    private List<String> settingsOf(Member member) {
        var settings = new ArrayList<>(Grounds.SETTINGS);
        settings.add("holdfast.roles=" + String.join(",", member.roles()));
        settings.add("holdfast.datasource.url=" + postgres.url());
        settings.add("holdfast.datasource.username=" + postgres.username());
        settings.add("holdfast.datasource.password=" + postgres.password());
        settings.add("holdfast.datasource.pool-size=6");
        settings.add("holdfast.services.secret=" + postgres.password());
        for (var other : Member.values()) {
            for (var role : other.roles()) {
                settings.add("holdfast.services." + role + ".url=" + address(other));
            }
        }
        return settings;
    }

    Grounds grounds() {
        return new Grounds(of(Member.CHECKOUT), new ShopPostgres(folder), path -> address(Member.serving(path)));
    }

    Path folder() {
        return folder;
    }

    ShopProcess of(Member member) {
        return processes.get(member);
    }

    private URI address(Member member) {
        return of(member).address();
    }

    /// All at once; returns when all serve.
    void start() throws IOException, InterruptedException {
        for (var process : processes.values()) {
            process.launch();
        }
        for (var process : processes.values()) {
            process.awaitServing();
        }
    }

    /// Ends all processes, PostgreSQL last; the data stays.
    @Override
    public void close() throws IOException {
        for (var process : processes.values()) {
            process.close();
        }
        postgres.close();
    }

    /// After [#close].
    void remove() throws IOException {
        for (var process : processes.values()) {
            process.remove();
        }
        ShopProcess.on(folder, List.of()).remove();
    }
}
