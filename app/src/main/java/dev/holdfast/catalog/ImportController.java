package dev.holdfast.catalog;

import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `POST /v1/products:import`: products from a CSV file.
@RestController
final class ImportController {

    private final ProductImport products;

    ImportController(ProductImport products) {
        this.products = products;
    }

    /// @param body the file; read as it arrives
    @PostMapping(path = "/v1/products:import", consumes = "text/csv", produces = MediaType.APPLICATION_JSON_VALUE)
    ProductImport.Report run(
            InputStream body,
            @RequestParam(name = "dry_run", defaultValue = "false") boolean dryRun,
            @RequestParam(name = "all_or_nothing", defaultValue = "false") boolean allOrNothing,
            @RequestHeader("Content-Type") MediaType type,
            @RequestHeader(name = "Idempotency-Key", required = false) String key)
            throws IOException, SQLException {
        var charset = type.getCharset();
        if (charset != null && !charset.equals(StandardCharsets.UTF_8)) {
            throw new ProblemException(
                    415, "unsupported-charset", "Unsupported charset", "the file must be UTF-8, not " + charset);
        }
        return products.run(body, new ProductImport.Options(dryRun, allOrNothing), IdempotencyKey.of(key, null));
    }
}
