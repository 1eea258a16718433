package dev.holdfast.bench.crash;

/// What customers may rely on, whatever dies. Held against what the shop answers, beside the shop's own audit.
enum Rule {
    ANSWERS("no answer is an error of the shop's own (5xx other than 503)"),
    ENDS("every request is answered and every checkout ends, within minutes"),
    REFUSED("a request is refused only for what is so: sold out, another's cart, a card that does not pay"),
    SOLD("customers get what they order: of twenty checkouts of a round one at least is confirmed"),
    SAGA("an accepted checkout has its saga and its order id"),
    KEY("a key has one saga, however often it is sent"),
    OUTCOME("an outcome once told never changes"),
    ORDER("a completed checkout has a confirmed order at the total agreed, any other has none"),
    MONEY("a completed checkout has captured its order's total, any other keeps nothing"),
    CART("a cart becomes at most one order that has not failed"),
    GIVEN_BACK("the cart of a failed checkout can be ordered again"),
    UNASKED("there is no checkout, no order and no money that nobody was told of"),
    STOCK("what is left of a product is what was received less what was sold"),
    DIRECT("a payment or hold of its own is what its caller was told");

    private final String words;

    Rule(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
