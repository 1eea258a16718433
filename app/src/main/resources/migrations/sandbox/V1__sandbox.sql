-- The books of the simulated payment provider: a system outside, which nobody but its adapter reads or writes.

-- What it was asked to authorize, with its answer. The key is the caller's: asked again, the answer is the same.
CREATE TABLE sandbox.provider_charges (
    charge_id    text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    order_ref    text COLLATE "C" NOT NULL,
    method       text             NOT NULL,
    amount       numeric          NOT NULL,
    currency     char(3)          NOT NULL,
    decline_code text,
    captured     numeric          NOT NULL DEFAULT 0,
    refunded     numeric          NOT NULL DEFAULT 0,
    released     numeric          NOT NULL DEFAULT 0,
    created_at   timestamptz      NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT provider_charges_pk PRIMARY KEY (charge_id),
    CONSTRAINT provider_charges_one_row_per_key UNIQUE (key),
    CONSTRAINT provider_charges_refunded_within_captured CHECK (refunded >= 0 AND refunded <= captured),
    CONSTRAINT provider_charges_captured_within_amount
        CHECK (captured >= 0 AND released >= 0 AND captured + released <= amount)
) WITH (fillfactor = 50);

-- Captures, voids and refunds it was asked for, with their answers.
CREATE TABLE sandbox.provider_operations (
    key          text COLLATE "C" NOT NULL,
    charge_id    text COLLATE "C" NOT NULL,
    kind         text             NOT NULL,
    amount       numeric          NOT NULL,
    ref          text             NOT NULL,
    refusal_code text,
    created_at   timestamptz      NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT provider_operations_pk PRIMARY KEY (key),
    CONSTRAINT provider_operations_kind_known CHECK (kind IN ('capture', 'void', 'refund'))
);

-- Requests that were lost on the way once, so that the next one arrives. Filled only where losing requests is set.
CREATE TABLE sandbox.lost_requests (
    key text COLLATE "C" NOT NULL,
    CONSTRAINT lost_requests_pk PRIMARY KEY (key)
);
