-- The shipment row is the guard of its label: it is inserted under the request's key before any carrier is called,
-- and whoever comes later under that key, on whatever node, reads what is there. An undo that comes first inserts it
-- as a tombstone (`undone`, no request), which refuses the label that arrives late.
--
-- fillfactor 70: a row is updated once or twice, soon after its insert, and no index is on a column that changes.
CREATE TABLE shipping.shipments (
    shipping_id     text        NOT NULL,
    order_id        varchar(64) NOT NULL,
    idempotency_key text        COLLATE "C" NOT NULL,
    request_hash    text,
    parcel          jsonb,
    status          varchar(20) NOT NULL,
    carrier         varchar(20),
    tracking_number varchar(40),
    refusal         text,
    undone          boolean     NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT shipments_pkey PRIMARY KEY (shipping_id),
    CONSTRAINT shipments_one_per_key UNIQUE (idempotency_key),
    CONSTRAINT shipments_status_known CHECK (status IN ('pending', 'created', 'cancelled', 'failed')),
    CONSTRAINT shipments_undone_is_cancelled CHECK (undone = (status = 'cancelled')),
    CONSTRAINT shipments_created_has_label CHECK (status <> 'created'
                                                  OR (carrier IS NOT NULL AND tracking_number IS NOT NULL)),
    CONSTRAINT shipments_only_tombstones_lack_a_request CHECK (undone OR request_hash IS NOT NULL)
) WITH (fillfactor = 70);

-- What was asked of which carrier. The carrier gets the key `{idempotency_key}:{carrier}`, so one row per shipment
-- and carrier is one row per key at the carrier.
--
-- pending: recorded, no answer yet. created: a label is live. refused: surely no label (a no, or never reached).
-- unclear: perhaps a label, and somebody is finding out. cancel_pending: perhaps a label, and it must go; a row in
-- shipping.cancellations drives that. cancelled: surely no label any more.
CREATE TABLE shipping.carrier_attempts (
    shipping_id     text        NOT NULL,
    carrier         varchar(20) NOT NULL,
    carrier_key     text        NOT NULL,
    status          varchar(20) NOT NULL,
    tracking_number varchar(40),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT carrier_attempts_pkey PRIMARY KEY (shipping_id, carrier),
    CONSTRAINT carrier_attempts_status_known CHECK (status IN ('pending', 'created', 'refused', 'unclear',
                                                               'cancel_pending', 'cancelled'))
) WITH (fillfactor = 70);

-- Labels that must be cancelled at a carrier: the durable to-do of the sweeper, kept apart from the attempts so that
-- the many attempts that never need it carry no index on their status.
CREATE TABLE shipping.cancellations (
    shipping_id     text        NOT NULL,
    carrier         varchar(20) NOT NULL,
    idempotency_key text        NOT NULL,
    tries           int         NOT NULL,
    next_try_at     timestamptz NOT NULL,
    last_error      text,
    created_at      timestamptz NOT NULL,
    CONSTRAINT cancellations_pkey PRIMARY KEY (shipping_id, carrier)
);

CREATE INDEX cancellations_due ON shipping.cancellations (next_try_at);

-- Events of this service are counted per order, and an order may have several shipments: the count is the order's.
CREATE TABLE shipping.event_sequences (
    order_id      varchar(64) COLLATE "C" NOT NULL,
    last_sequence bigint NOT NULL,
    CONSTRAINT event_sequences_pkey PRIMARY KEY (order_id)
) WITH (fillfactor = 70);
