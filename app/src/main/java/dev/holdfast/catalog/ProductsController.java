package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.catalog.CatalogApi.Size;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.platform.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Products over HTTP.
@RestController
final class ProductsController {

    private static final int PAGE = 50;
    private static final int LONGEST_QUERY = 200;

    private final Catalog catalog;

    ProductsController(Catalog catalog) {
        this.catalog = catalog;
    }

    record PutProductRequest(String name, Money price, Weight weight, Dimensions dimensions) {}

    /// @param unit `kg`, `g`, `lbs` or `oz`
    record Weight(BigDecimal value, String unit) {}

    /// @param unit `cm`, `mm` or `inches`
    record Dimensions(BigDecimal length, BigDecimal width, BigDecimal height, String unit) {}

    record ProductAnswer(String sku, String name, Money price, Weight weight, Dimensions dimensions) {

        private static ProductAnswer of(Product product) {
            var size = product.dimensions();
            return new ProductAnswer(
                    product.sku(),
                    product.name(),
                    product.price(),
                    new Weight(product.weightKg(), "kg"),
                    new Dimensions(size.length(), size.width(), size.height(), "cm"));
        }
    }

    /// @param next what to send as `after` for the next page; absent on the last
    record ProductsAnswer(List<ProductAnswer> products, String next) {}

    @GetMapping("/v1/products")
    ProductsAnswer search(
            @RequestParam(defaultValue = "") String query, @RequestParam(defaultValue = "") String after) {
        refuse("query", query.isEmpty() ? null : Text.flaw(query, LONGEST_QUERY));
        refuse("after", after.isEmpty() ? null : Text.skuFlaw(after));
        // One more than a page tells whether there is a next one.
        var found = catalog.search(query, after, PAGE + 1);
        var page = found.stream().limit(PAGE).map(ProductAnswer::of).toList();
        return new ProductsAnswer(page, found.size() > PAGE ? page.getLast().sku() : null);
    }

    @GetMapping("/v1/products/{sku}")
    ProductAnswer product(@PathVariable String sku) {
        return catalog.find(sku).map(ProductAnswer::of).orElseThrow(() -> ProblemException.notFound("product", sku));
    }

    @PutMapping("/v1/products/{sku}")
    ResponseEntity<ProductAnswer> put(
            @PathVariable String sku,
            @RequestBody PutProductRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false) String keyHeader) {
        var key = IdempotencyKey.of(keyHeader, null);
        var product = new Product(sku, request.name(), request.price(), kilograms(request.weight()), size(request));
        var flaw = ProductRules.flaw(product);
        if (flaw != null) {
            throw flaw.problem();
        }
        var stored = catalog.put(
                product,
                key == null
                        ? null
                        : new RequestKeys.Key("PUT /v1/products/" + sku, key, IdempotencyKey.digest(product)));
        return ResponseEntity.status(stored.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(ProductAnswer.of(stored.product()));
    }

    private static void refuse(String parameter, String flaw) {
        if (flaw != null) {
            throw ProblemException.invalid("?" + parameter, flaw);
        }
    }

    /// To the gram, which is what carriers weigh.
    private static BigDecimal kilograms(Weight weight) {
        if (weight == null) {
            return null;
        }
        var factor = switch (weight.unit()) {
            case "kg" -> "1";
            case "g" -> "0.001";
            case "lbs" -> "0.45359237";
            case "oz" -> "0.028349523125";
            case null, default -> throw ProblemException.invalid("#/weight/unit", "must be kg, g, lbs or oz");
        };
        return converted("#/weight/value", weight.value(), factor, 3);
    }

    private static Size size(PutProductRequest request) {
        var given = request.dimensions();
        if (given == null) {
            return null;
        }
        var factor = switch (given.unit()) {
            case "cm" -> "1";
            case "mm" -> "0.1";
            case "inches" -> "2.54";
            case null, default -> throw ProblemException.invalid("#/dimensions/unit", "must be cm, mm or inches");
        };
        return new Size(
                converted("#/dimensions/length", given.length(), factor, 2),
                converted("#/dimensions/width", given.width(), factor, 2),
                converted("#/dimensions/height", given.height(), factor, 2));
    }

    /// The bounds come first: rounding `1e400000000` would first write out its digits.
    private static BigDecimal converted(String pointer, BigDecimal value, String factor, int decimals) {
        if (value == null) {
            throw ProblemException.invalid(pointer, "is missing");
        }
        if (value.signum() <= 0 || (long) value.precision() - value.scale() > 9 || value.scale() > 18) {
            throw ProblemException.invalid(pointer, "must be above 0, below 10^9 and have at most 18 decimals");
        }
        var converted = value.multiply(new BigDecimal(factor)).setScale(decimals, RoundingMode.HALF_UP);
        return converted.signum() > 0 ? converted : BigDecimal.ONE.movePointLeft(decimals);
    }
}
