package dev.holdfast.checkout;

/// `POST /v1/checkout/{saga_id}/payment-method`.
record PaymentMethodRequest(String paymentMethodId) {}
