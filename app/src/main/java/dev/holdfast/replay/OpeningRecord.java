package dev.holdfast.replay;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// What a shop's folder remembers of its opening: of which file, with how much stock, and whether it was finished.
///
/// Written before the first write to the shop, so a folder that an opening has touched names its file, and again
/// after the last one was acknowledged. Nothing that must not happen twice hangs on it: without it, or with an
/// older state of it, the opening is repeated under the same keys and changes nothing.
///
/// @param file the file's name, for people
/// @param sha256 of the file's rows
/// @param stockShare opening stock as a share of the demand
/// @param opened whether catalog, stock and customers are all there
record OpeningRecord(String file, String sha256, double stockShare, boolean opened) {

    private static final String NAME = "replay.json";

    /// @param folder of the shop, or null when it is not ours
    /// @return what it remembers, if anything
    /// @throws IOException when the record is there and cannot be read
    static Optional<OpeningRecord> in(Path folder) throws IOException {
        var path = folder == null ? null : folder.resolve(NAME);
        if (path == null || !Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(Files.readString(path), OpeningRecord.class));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException(
                    path
                            + " cannot be read; remove it to have the opening repeated, which changes nothing that is there",
                    e);
        }
    }

    /// Written beside and moved into place: a crash leaves the old record or the new one, never half of one.
    void write(Path folder) throws IOException {
        if (folder == null) {
            return;
        }
        var draft = folder.resolve(NAME + ".draft");
        Files.write(draft, Json.write(this).getBytes(StandardCharsets.UTF_8));
        try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    OpeningRecord finished() {
        return new OpeningRecord(file, sha256, stockShare, true);
    }

    /// Another file's invoices may have the numbers of the first one's, and other stock is no going on.
    void requireSame(OpeningRecord now, Path folder) throws IOException {
        if (!sha256.equals(now.sha256)) {
            throw new IOException("the shop in " + folder + " was opened with another file, " + file
                    + "; go on with that one, or give this one a folder of its own with --data");
        }
        if (stockShare != now.stockShare) {
            throw new IOException("the shop in " + folder + " was opened with --stock-share " + stockShare
                    + " and its stock is not received twice; go on with that share, or begin anew in another folder");
        }
    }
}
