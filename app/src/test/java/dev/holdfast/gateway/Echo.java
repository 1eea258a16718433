package dev.holdfast.gateway;

import dev.holdfast.platform.Money;
import dev.holdfast.platform.Trace;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// Gives back what was understood, and fails on demand. Exists in the server of [ProblemsOverHttpTest] only.
@RestController
@RequestMapping("/echo")
class Echo {

    enum Colour {
        RED,
        GREEN
    }

    record Line(
            String sku,
            @Min(value = 1, message = "must be 1 or more") int quantity) {}

    record Order(
            String orderId,
            List<@Valid Line> items,
            Money total,
            BigDecimal weight,
            Double length,
            Colour colour,
            Instant at,
            Boolean gift,
            Map<String, String> labels,
            JsonNode raw) {}

    /// The next fault to throw.
    static final java.util.concurrent.atomic.AtomicReference<Throwable> NEXT =
            new java.util.concurrent.atomic.AtomicReference<>();

    @PostMapping
    Order echo(@Valid @RequestBody Order order) {
        return order;
    }

    @GetMapping("/trace")
    Map<String, String> trace() {
        return Map.of("traceparent", Trace.currentTraceparent(), "logged", org.slf4j.MDC.get("trace_id"));
    }

    @GetMapping("/number")
    Map<String, Integer> number(@RequestParam("n") int n) {
        return Map.of("n", n);
    }

    @GetMapping("/fail")
    void failToRead() throws Throwable {
        throw NEXT.get();
    }

    @PostMapping("/fail")
    void fail() throws Throwable {
        throw NEXT.get();
    }
}
