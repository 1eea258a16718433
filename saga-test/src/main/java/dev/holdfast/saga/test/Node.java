package dev.holdfast.saga.test;

import dev.holdfast.saga.Alarm;
import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaClock;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaStepper;
import dev.holdfast.saga.SagaStepper.Attempt;
import dev.holdfast.saga.SagaView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/// One node of the engine, with the one saga it runs: from taking it up to its end, or to the node's.
///
/// @param <P> what the saga carries
final class Node<P> implements SagaStepper.World {

    private static final Duration FOR_EVER = Duration.ofDays(2 * 365);
    private static final int MOST_TURNS = 20_000;

    record Saga<P>(SagaDefinition<P> definition, String id, P payload) {}

    private final Saga<P> saga;
    private final Stage stage;
    private final Network network;
    private final Journal journal;
    private final Mail mail;
    private final int number;
    private final List<LogEntry> log;
    private final List<Attempt> begun = new ArrayList<>();
    private final Random random = new Random(1);
    private SagaStepper<P> stepper;
    private boolean recorded;

    Node(Saga<P> saga, Stage stage, Network network, Journal journal, Mail mail) {
        this.saga = saga;
        this.stage = stage;
        this.network = network;
        this.journal = journal;
        this.mail = mail;
        this.number = stage.store().owner();
        stage.time().newNode();
        this.log = new ArrayList<>(stage.store().log());
        this.stepper = stepper();
    }

    /// @param fresh the saga has just been started here, else it is taken up
    /// @throws NodeGone it does not go on here
    void run(boolean fresh) {
        if (!fresh) {
            stepper.recovered("node " + number);
        }
        int turns = 0;
        do {
            if (++turns > MOST_TURNS) {
                throw new Endless("it took " + MOST_TURNS + " turns and has not ended");
            }
            if (stage.plant().tampers() && recorded) {
                recorded = false;
                stepper = stepper();
            }
        } while (stepper.advance());
    }

    @Override
    public void append(List<LogEntry> rows) {
        journal.append(number, rows);
        log.addAll(rows);
        recorded = true;
    }

    @Override
    public void begin(Attempt attempt) {
        begun.add(attempt);
    }

    @Override
    public SagaClock clock() {
        return new SagaClock() {
            @Override
            public Instant now() {
                return stage.time().nodesNow().truncatedTo(ChronoUnit.MICROS);
            }

            @Override
            public void sleep(Instant until, Alarm alarm) throws InterruptedException {
                waitFor(until, alarm);
            }
        };
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /// How a saga of this log stands; empty where the log is none of this definition.
    static <P> Optional<SagaView> view(SagaDefinition<P> definition, String sagaId, P payload, List<LogEntry> log) {
        try {
            return Optional.of(SagaStepper.view(definition, sagaId, payload, log));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /// Whoever waits lets the calls be made that were begun, in any order; where none of them is answered, time
    /// passes.
    private void waitFor(Instant until, Alarm alarm) throws InterruptedException {
        if (alarm.await(Duration.ZERO)) {
            return;
        }
        while (!begun.isEmpty()) {
            var attempt = begun.remove(whichFirst());
            if (attempt.abandoned()) {
                network.overtaken(attempt);
                continue;
            }
            network.make(attempt);
            if (alarm.await(Duration.ZERO)) {
                return;
            }
        }
        var waits = Duration.between(stage.time().nodesNow(), until);
        if (waits.compareTo(FOR_EVER) > 0) {
            throw new Endless("it waits for what never comes");
        }
        if (waits.isPositive()) {
            stage.story().tell(Story.lasting(waits) + " pass");
            stage.time().pass(waits);
        }
    }

    private int whichFirst() {
        if (begun.size() == 1) {
            return 0;
        }
        var names =
                begun.stream().map(each -> Option.free(Network.nameOf(each))).toList();
        return stage.choices().choose("first of the calls side by side", names);
    }

    private SagaStepper<P> stepper() {
        var shown = stage.plant().shown(List.copyOf(log));
        var next = new SagaStepper<>(saga.definition(), saga.id(), saga.payload(), shown, this);
        mail.readBy(next);
        return next;
    }
}
