-- One row per attempt to get an order's money: the n-th method or provider of an authorization has a row of its own, so
-- that whatever a provider did is on record under the very key it was asked with.
--
-- The first row of an order (ordinal 1) is the order's lock and counts its events. Every write locks it first, and two
-- callers who both want to be the first meet in the unique index and not at the provider.
--
-- No column that changes is indexed and half of each page is left free, so that an update stays on its page (HOT) and
-- touches no index: the sweeper finds open rows by walking the time-ordered ids instead of by an index on the status.
CREATE TABLE payment.payments (
    payment_id        text COLLATE "C" NOT NULL,
    order_id          text COLLATE "C" NOT NULL,
    ordinal           smallint         NOT NULL,
    idempotency_key   text COLLATE "C" NOT NULL,
    authorization_key text COLLATE "C" NOT NULL,
    attempt           smallint         NOT NULL,
    method_no         smallint         NOT NULL,
    method_count      smallint         NOT NULL,
    request_hash      text,
    method            text,
    provider          text,
    takes_at_once     boolean          NOT NULL DEFAULT false,
    amount            numeric          NOT NULL,
    currency          char(3),
    status            text             NOT NULL,
    provider_id       text,
    decline_code      text,
    captured          numeric          NOT NULL DEFAULT 0,
    capturing         numeric          NOT NULL DEFAULT 0,
    refunded          numeric          NOT NULL DEFAULT 0,
    refunding         numeric          NOT NULL DEFAULT 0,
    released          numeric          NOT NULL DEFAULT 0,
    releasing         numeric          NOT NULL DEFAULT 0,
    undone_at         timestamptz,
    undo_count        integer          NOT NULL DEFAULT 0,
    asked             integer          NOT NULL DEFAULT 1,
    event_seq         bigint           NOT NULL DEFAULT 0,
    created_at        timestamptz      NOT NULL DEFAULT statement_timestamp(),
    completed_at      timestamptz,
    CONSTRAINT payments_pk PRIMARY KEY (payment_id),
    -- The claim: a key is one attempt, whoever asks, however often.
    CONSTRAINT payments_one_row_per_key UNIQUE (idempotency_key),
    -- Also the way to an order's rows.
    CONSTRAINT payments_one_row_per_place_in_order UNIQUE (order_id, ordinal),
    CONSTRAINT payments_status_known
        CHECK (status IN ('pending', 'authorized', 'completed', 'voided', 'failed', 'refunded')),
    -- What is under way counts as gone: money is reserved when the intent is recorded, not when the provider answers.
    CONSTRAINT payments_refunded_within_captured
        CHECK (refunded >= 0 AND refunding >= 0 AND refunded + refunding <= captured),
    CONSTRAINT payments_captured_within_amount
        CHECK (captured >= 0 AND capturing >= 0 AND released >= 0 AND releasing >= 0
               AND captured + capturing + released + releasing <= amount),
    -- Only a tombstone (an undo that came before its authorization) has neither amount nor currency.
    CONSTRAINT payments_amount_or_tombstone
        CHECK (amount > 0 AND currency IS NOT NULL AND request_hash IS NOT NULL
               OR amount = 0 AND currency IS NULL AND undone_at IS NOT NULL AND status = 'voided')
) WITH (fillfactor = 50);

COMMENT ON COLUMN payment.payments.ordinal IS 'the how-manieth row of its order; row 1 is the lock of the order and counts its events';
COMMENT ON COLUMN payment.payments.authorization_key IS 'the key of the authorization all attempts belong to';
COMMENT ON COLUMN payment.payments.attempt IS '1 for the first method on the first provider, then counted on';
COMMENT ON COLUMN payment.payments.takes_at_once IS 'a charge: authorized and captured in one provider call';
COMMENT ON COLUMN payment.payments.undone_at IS 'set once an undo came: whatever money this row has or gets is given back';
COMMENT ON COLUMN payment.payments.undo_count IS 'operations opened by undoing; numbers their keys';
COMMENT ON COLUMN payment.payments.asked IS 'callers that went to the provider with this row; only a lone one may fail over';

-- One row per capture, void and refund: the intent before the provider is asked, the answer after.
CREATE TABLE payment.payment_operations (
    operation_id    text COLLATE "C" NOT NULL,
    payment_id      text COLLATE "C" NOT NULL,
    order_id        text COLLATE "C" NOT NULL,
    kind            text             NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    request_hash    text             NOT NULL,
    amount          numeric          NOT NULL,
    currency        char(3)          NOT NULL,
    reason          text,
    status          text             NOT NULL,
    asked           integer          NOT NULL DEFAULT 1,
    provider_ref    text,
    decline_code    text,
    created_at      timestamptz      NOT NULL DEFAULT statement_timestamp(),
    completed_at    timestamptz,
    CONSTRAINT payment_operations_pk PRIMARY KEY (operation_id),
    CONSTRAINT payment_operations_one_row_per_key UNIQUE (idempotency_key),
    CONSTRAINT payment_operations_kind_known CHECK (kind IN ('capture', 'void', 'refund')),
    CONSTRAINT payment_operations_status_known CHECK (status IN ('pending', 'done', 'refused')),
    -- A void of nothing is allowed: undoing shuts the door at the provider while a capture is still under way.
    CONSTRAINT payment_operations_amount_positive CHECK (amount > 0 OR kind = 'void' AND amount = 0)
) WITH (fillfactor = 50);

COMMENT ON COLUMN payment.payment_operations.asked IS 'callers that went to the provider with it; only a lone one may withdraw it';

CREATE INDEX payment_operations_by_payment ON payment.payment_operations (payment_id);
