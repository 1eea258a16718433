package dev.holdfast.flows;

/// What a customer sees while a step is under way. Contract of `GET /v1/checkout/{saga_id}`.
final class Stages {

    static final String STARTED = "STARTED";
    static final String INVENTORY_RESERVED = "INVENTORY_RESERVED";
    static final String PAYMENT_PENDING = "PAYMENT_PENDING";
    static final String PAYMENT_CONFIRMED = "PAYMENT_CONFIRMED";
    static final String SHIPPING_INITIATED = "SHIPPING_INITIATED";

    private Stages() {}
}
