package dev.holdfast.payment;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// A provider outside, on the books of the simulated one, whose calls a test can hold up or make fail on the way
/// there and on the way back.
final class OutsideProvider implements PaymentProvider {

    /// Something that happens to a call; `call` is `authorize`, `capture`, `void`, `refund` or `lookup`.
    interface Happening {
        void to(String call, String key);
    }

    static final Happening NOTHING = (_, _) -> {};

    private final String name;
    private final PaymentProvider books;
    private volatile Happening before = NOTHING;
    private volatile Happening after = NOTHING;
    private volatile Duration memory = Duration.ofHours(24);
    private volatile String refused = "nothing";

    OutsideProvider(String name, PaymentProvider books) {
        this.name = name;
        this.books = books;
    }

    OutsideProvider before(Happening happening) {
        before = happening;
        return this;
    }

    OutsideProvider after(Happening happening) {
        after = happening;
        return this;
    }

    OutsideProvider remembering(Duration howLong) {
        memory = howLong;
        return this;
    }

    /// Says no to calls of a kind: `void`, `refund`.
    OutsideProvider refusing(String call) {
        refused = call;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration remembersKeysFor() {
        return memory;
    }

    @Override
    public AuthorizationAnswer authorize(Authorization request) {
        before.to("authorize", request.key());
        var answer = books.authorize(request);
        after.to("authorize", request.key());
        return answer;
    }

    @Override
    public OperationAnswer capture(Instruction instruction) {
        before.to("capture", instruction.key());
        var answer = books.capture(instruction);
        after.to("capture", instruction.key());
        return answer;
    }

    @Override
    public OperationAnswer voidPayment(Instruction instruction) {
        before.to("void", instruction.key());
        if (refused.equals("void")) {
            return new ProviderRefused("not_now");
        }
        var answer = books.voidPayment(instruction);
        after.to("void", instruction.key());
        return answer;
    }

    @Override
    public OperationAnswer refund(Instruction instruction) {
        before.to("refund", instruction.key());
        if (refused.equals("refund")) {
            return new ProviderRefused("not_now");
        }
        var answer = books.refund(instruction);
        after.to("refund", instruction.key());
        return answer;
    }

    @Override
    public Optional<AuthorizationAnswer> lookup(String key) {
        before.to("lookup", key);
        return books.lookup(key);
    }

    @Override
    public Optional<OperationAnswer> lookupOperation(String key) {
        before.to("lookup", key);
        return books.lookupOperation(key);
    }

    @Override
    public List<Charge> charges(Collection<String> keys) {
        return books.charges(keys);
    }

    @Override
    public List<Charge> statement(String afterKey, int limit) {
        return books.statement(afterKey, limit);
    }
}
