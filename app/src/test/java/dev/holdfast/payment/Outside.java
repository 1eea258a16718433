package dev.holdfast.payment;

import dev.holdfast.payment.OutsideProvider.Happening;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// What can happen to calls on their way.
final class Outside {

    private Outside() {}

    /// Holds calls of one kind until let go; tells when the first has arrived.
    static final class Gate implements Happening {
        private final String call;
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        Gate(String call) {
            this.call = call;
        }

        @Override
        public void to(String happening, String key) {
            if (happening.equals(call)) {
                arrived.countDown();
                await(open);
            }
        }

        void awaitArrival() {
            await(arrived);
        }

        void letGo() {
            open.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("nothing came in time");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /// The first call of a kind gets no answer.
    static Happening unclearOnce(String call) {
        var happened = new AtomicBoolean();
        return (happening, _) -> {
            if (happening.equals(call) && happened.compareAndSet(false, true)) {
                throw new EffectUnclearException("no answer", null);
            }
        };
    }

    /// Calls of a kind are refused at the door, surely without effect.
    static Happening down(String call) {
        return (happening, _) -> {
            if (happening.equals(call)) {
                throw new NoEffectException("connection refused", null);
            }
        };
    }
}
