package dev.holdfast.saga;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/// What one attempt at a step can report. The type says how much is known about the effect, because that alone
/// decides what may happen next: a step whose effect is in doubt must never be treated as one that has none.
public sealed interface Outcome {

    /// The effect is durable.
    ///
    /// @param facts what later steps want to know (ids, amounts as text), found by them under `step.name`; at most
    ///     50, names up to 100 characters, values up to 4,000
    record Done(Map<String, String> facts) implements Outcome {

        private static final Done WITHOUT_FACTS = new Done(Map.of());

        public Done {
            facts = Map.copyOf(facts);
            if (facts.size() > 50) {
                throw new IllegalArgumentException("a step may report 50 facts at most, not " + facts.size());
            }
            facts.forEach((name, value) -> {
                if (name.isBlank() || name.length() > 100 || value.length() > 4_000) {
                    throw new IllegalArgumentException("a fact has a name of 1 to 100 characters and a value of at most"
                            + " 4,000; this one: '" + name + "', value of " + value.length());
                }
            });
        }

        /// Done, with nothing to tell.
        public static Done done() {
            return WITHOUT_FACTS;
        }
    }

    /// A business no, and no effect: out of stock, card declined. Definite, whatever earlier attempts left open:
    /// the participant answers it from the record it keeps under the step's key.
    ///
    /// @param code for programs: `out-of-stock`
    /// @param message for people
    record Refused(String code, String message) implements Outcome {

        public Refused {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(message, "message");
        }
    }

    /// Surely no effect of this attempt: connection refused, breaker open, a 503 that says so.
    record Failed(String cause) implements Outcome {

        public Failed {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /// No answer: the effect may exist. When in doubt, this is the one to report.
    record Unclear(String cause) implements Outcome {

        public Unclear {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /// The participant answers later, by a signal. When that comes the step is made again under its key; without it
    /// at the deadline, where the attempt counts as [Unclear].
    ///
    /// @param signal the signal's name
    /// @param deadline when waiting is over
    record Waiting(String signal, Instant deadline) implements Outcome {

        public Waiting {
            Objects.requireNonNull(signal, "signal");
            Objects.requireNonNull(deadline, "deadline");
        }
    }
}
