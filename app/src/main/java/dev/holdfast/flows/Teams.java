package dev.holdfast.flows;

/// Who owns a step, and where its compensation is addressed (contract of `saga_compensating_tasks.target_service`).
final class Teams {

    static final String ORDERING = "ordering-platform";
    static final String FULFILMENT = "fulfilment-platform";
    static final String PAYMENTS = "payments-platform";

    static final String INVENTORY_SERVICE = "INVENTORY_SERVICE";
    static final String PAYMENT_SERVICE = "PAYMENT_SERVICE";
    static final String ORDER_SERVICE = "ORDER_SERVICE";
    static final String SHIPPING_SERVICE = "SHIPPING_SERVICE";

    private Teams() {}
}
