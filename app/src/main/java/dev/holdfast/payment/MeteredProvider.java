package dev.holdfast.payment;

import dev.holdfast.platform.NoEffectException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// Times the calls to a provider: `holdfast.payment.call`, by provider, operation and outcome.
record MeteredProvider(PaymentProvider provider, MeterRegistry metrics) implements PaymentProvider {

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public Duration remembersKeysFor() {
        return provider.remembersKeysFor();
    }

    @Override
    public AuthorizationAnswer authorize(Authorization request) {
        return timed("authorize", () -> provider.authorize(request), MeteredProvider::outcome);
    }

    @Override
    public OperationAnswer capture(Instruction instruction) {
        return timed("capture", () -> provider.capture(instruction), MeteredProvider::outcome);
    }

    @Override
    public OperationAnswer voidPayment(Instruction instruction) {
        return timed("void", () -> provider.voidPayment(instruction), MeteredProvider::outcome);
    }

    @Override
    public OperationAnswer refund(Instruction instruction) {
        return timed("refund", () -> provider.refund(instruction), MeteredProvider::outcome);
    }

    @Override
    public Optional<AuthorizationAnswer> lookup(String key) {
        return timed("lookup", () -> provider.lookup(key), MeteredProvider::found);
    }

    @Override
    public Optional<OperationAnswer> lookupOperation(String key) {
        return timed("lookup", () -> provider.lookupOperation(key), MeteredProvider::found);
    }

    @Override
    public List<Charge> charges(Collection<String> keys) {
        return timed("statement", () -> provider.charges(keys), _ -> "done");
    }

    @Override
    public List<Charge> statement(String afterKey, int limit) {
        return timed("statement", () -> provider.statement(afterKey, limit), _ -> "done");
    }

    private <T> T timed(String operation, Supplier<T> call, Function<T, String> outcomeOf) {
        var running = Timer.start(metrics);
        var outcome = "unclear"; // whatever is thrown and is not "surely nothing"
        try {
            var answer = call.get();
            outcome = outcomeOf.apply(answer);
            return answer;
        } catch (NoEffectException e) {
            outcome = "not-reached";
            throw e;
        } finally {
            running.stop(metrics.timer(
                    "holdfast.payment.call", "provider", name(), "operation", operation, "outcome", outcome));
        }
    }

    private static String outcome(AuthorizationAnswer answer) {
        return switch (answer) {
            case Approved _ -> "done";
            case ProviderDeclined _ -> "declined";
        };
    }

    private static String outcome(OperationAnswer answer) {
        return switch (answer) {
            case Effected _ -> "done";
            case ProviderRefused _ -> "declined";
        };
    }

    private static String found(Optional<?> answer) {
        return answer.isPresent() ? "found" : "unknown";
    }
}
