-- What a careful team would make for the same business without an engine: the same promises kept by unique keys and
-- row locks, in fewer tables and narrower rows than Holdfast's. Rows that change leave room on their page and have no
-- index on what changes.
CREATE SCHEMA naive;

-- The state of a checkout: one row, updated once per step.
CREATE TABLE naive.sagas (
    saga_id         text        NOT NULL,
    idempotency_key text        NOT NULL,
    order_id        text        NOT NULL,
    cart_id         text        NOT NULL,
    status          text        NOT NULL,
    steps_done      int         NOT NULL,
    payload         jsonb       NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sagas_pk PRIMARY KEY (saga_id),
    CONSTRAINT sagas_one_per_key UNIQUE (idempotency_key),
    CONSTRAINT sagas_one_per_order UNIQUE (order_id),
    CONSTRAINT sagas_one_per_cart UNIQUE (cart_id)
) WITH (fillfactor = 50);

CREATE TABLE naive.stock (
    product_id text   NOT NULL,
    available  bigint NOT NULL,
    reserved   bigint NOT NULL,
    committed  bigint NOT NULL,
    CONSTRAINT stock_pk PRIMARY KEY (product_id),
    CONSTRAINT stock_never_negative CHECK (available >= 0 AND reserved >= 0 AND committed >= 0)
) WITH (fillfactor = 50);

CREATE TABLE naive.reservations (
    order_id   text        NOT NULL,
    status     text        NOT NULL,
    products   text[]      NOT NULL,
    quantities bigint[]    NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reservations_pk PRIMARY KEY (order_id)
) WITH (fillfactor = 60);

CREATE TABLE naive.stock_movements (
    movement_id bigint      GENERATED ALWAYS AS IDENTITY,
    kind        text        NOT NULL,
    order_id    text        NOT NULL,
    product_id  text        NOT NULL,
    quantity    bigint      NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE naive.payments (
    payment_id      text        NOT NULL,
    order_id        text        NOT NULL,
    idempotency_key text        NOT NULL,
    amount          numeric     NOT NULL,
    currency        char(3)     NOT NULL,
    status          text        NOT NULL,
    provider_id     text,
    captured        numeric     NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payments_pk PRIMARY KEY (payment_id),
    CONSTRAINT payments_one_per_order UNIQUE (order_id),
    CONSTRAINT payments_one_per_key UNIQUE (idempotency_key)
) WITH (fillfactor = 50);

CREATE TABLE naive.orders (
    order_id         text        NOT NULL,
    idempotency_key  text        NOT NULL,
    status           text        NOT NULL,
    total            numeric     NOT NULL,
    currency         char(3)     NOT NULL,
    shipping_address jsonb       NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT orders_pk PRIMARY KEY (order_id),
    CONSTRAINT orders_one_per_key UNIQUE (idempotency_key)
) WITH (fillfactor = 60);

CREATE TABLE naive.order_items (
    order_id   text    NOT NULL,
    line_no    int     NOT NULL,
    product_id text    NOT NULL,
    quantity   int     NOT NULL,
    unit_price numeric NOT NULL,
    CONSTRAINT order_items_pk PRIMARY KEY (order_id, line_no)
);

CREATE TABLE naive.order_events (
    order_id   text        NOT NULL,
    seq        int         NOT NULL,
    from_state text,
    to_state   text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT order_events_pk PRIMARY KEY (order_id, seq)
);

CREATE TABLE naive.labels (
    label_id        text        NOT NULL,
    order_id        text        NOT NULL,
    idempotency_key text        NOT NULL,
    status          text        NOT NULL,
    tracking_number text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT labels_pk PRIMARY KEY (label_id),
    CONSTRAINT labels_one_per_key UNIQUE (idempotency_key)
) WITH (fillfactor = 70);

CREATE TABLE naive.outbox (
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    event_type text        NOT NULL,
    order_id   text        NOT NULL,
    payload    jsonb       NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outbox_pk PRIMARY KEY (id)
);

-- What customers are told, once per event.
CREATE TABLE naive.messages (
    event_id bigint NOT NULL,
    order_id text   NOT NULL,
    channel  text   NOT NULL,
    body     text   NOT NULL,
    CONSTRAINT messages_once PRIMARY KEY (event_id, channel)
);
