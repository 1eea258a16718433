package dev.holdfast.groupcommit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Requests that share a transaction: a batch, or what bisecting left of one.
///
/// @param tickets in the order they came
/// @param tries how often these have been tried in vain
/// @param maybeCommitted whether an earlier transaction with these was lost during COMMIT. Then a rollback proves
///     nothing any more, and only a commit, or giving up, ends it
/// @param clarifyBy until when a lost COMMIT is cleared up, by [System#nanoTime()]; means nothing without one
record Part<Q, R>(List<Ticket<Q, R>> tickets, int tries, boolean maybeCommitted, long clarifyBy) {

    static <Q, R> Part<Q, R> of(List<Ticket<Q, R>> tickets) {
        return new Part<>(tickets, 0, false, 0);
    }

    int size() {
        return tickets.size();
    }

    List<Q> requests() {
        var requests = new ArrayList<Q>(tickets.size());
        for (var ticket : tickets) {
            requests.add(ticket.request());
        }
        return Collections.unmodifiableList(requests);
    }

    /// The same for another try, without those whose callers have left: what nobody waits for need not be done.
    Part<Q, R> again() {
        var waiting = tickets.stream().filter(Ticket::isTaken).toList();
        return new Part<>(waiting, tries + 1, maybeCommitted, clarifyBy);
    }

    /// The same to be tried now: those given back are taken again, those withdrawn meanwhile are out.
    Part<Q, R> taken() {
        if (tickets.stream().allMatch(Ticket::isTaken)) {
            return this;
        }
        var taken = tickets.stream()
                .filter(ticket -> ticket.isTaken() || ticket.take())
                .toList();
        return new Part<>(taken, tries, maybeCommitted, clarifyBy);
    }

    /// Leaves the requests to their callers until it is their turn: whose patience ends before that is told for
    /// sure that there is no effect. Not where a commit may have worked.
    void giveBack() {
        if (!maybeCommitted) {
            tickets.forEach(Ticket::giveBack);
        }
    }

    Part<Q, R> firstHalf() {
        return with(tickets.subList(0, tickets.size() / 2));
    }

    Part<Q, R> secondHalf() {
        return with(tickets.subList(tickets.size() / 2, tickets.size()));
    }

    /// The same after its COMMIT was lost. Lost again, it keeps its deadline.
    Part<Q, R> lost(long clarifyBy) {
        return maybeCommitted ? this : new Part<>(tickets, tries, true, clarifyBy);
    }

    private Part<Q, R> with(List<Ticket<Q, R>> some) {
        return new Part<>(some, 0, maybeCommitted, clarifyBy);
    }
}
