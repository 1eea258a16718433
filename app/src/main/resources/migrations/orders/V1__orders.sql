-- The order row is the guard of its own creation: whoever inserts it first creates the order, everybody after reads
-- what is there. A cancellation that comes before its order leaves a tombstone in the same place, so that the
-- creation that arrives late finds it and is refused.
--
-- fillfactor 60: a row is updated two or three times within seconds of its insert (reserved, confirmed); with room on
-- its page and no index on a changing column those updates stay on the page and touch no index.
--
-- Ids sort by bytes (COLLATE "C"): every transaction locks orders in this one order, whatever the database's locale.
CREATE TABLE orders.orders (
    order_id         varchar(64) COLLATE "C" NOT NULL,
    user_id          text,
    status           varchar(20) NOT NULL,
    total_amount     numeric,
    currency         char(3),
    shipping_address jsonb,
    payment_method   text,
    idempotency_key  text,
    request_hash     text,
    event_seq        int         NOT NULL,
    tombstone        boolean     NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (order_id),
    CONSTRAINT orders_status_known CHECK (status IN ('created', 'reserved', 'confirmed', 'shipped', 'delivered',
                                                     'refund_pending', 'refunded', 'cancelled')),
    CONSTRAINT orders_total_not_negative CHECK (total_amount >= 0),
    -- A tombstone stands for an order that never was: it has nothing but its id, and is cancelled for good.
    CONSTRAINT orders_tombstone_or_whole CHECK (
        CASE WHEN tombstone THEN status = 'cancelled' AND total_amount IS NULL
             ELSE total_amount IS NOT NULL AND currency IS NOT NULL AND request_hash IS NOT NULL
         END)
) WITH (fillfactor = 60);

-- Written once with the order. No foreign key: both are inserted by one transaction, and the check would cost a lock
-- on the order row for every line.
CREATE TABLE orders.order_items (
    order_id   varchar(64) COLLATE "C" NOT NULL,
    line_no    int     NOT NULL,
    product_id text    NOT NULL,
    name       text,
    quantity   int     NOT NULL,
    unit_price numeric NOT NULL,
    subtotal   numeric NOT NULL,
    CONSTRAINT order_items_pkey PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_items_quantity_positive CHECK (quantity >= 1),
    CONSTRAINT order_items_subtotal_adds_up CHECK (subtotal = unit_price * quantity)
);

-- The history. `seq` is the order's own count of transitions: with it in the key two writers can never append two
-- different successors of one state, whatever else goes wrong.
CREATE TABLE orders.order_events (
    event_id   text        NOT NULL,
    order_id   varchar(64) COLLATE "C" NOT NULL,
    seq        int         NOT NULL,
    event_type text        NOT NULL,
    from_state varchar(20),
    to_state   varchar(20) NOT NULL,
    event_data jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT order_events_pkey PRIMARY KEY (order_id, seq)
);

-- Append-only is a promise to whoever audits: the database itself keeps it. A statement-level trigger costs an
-- INSERT nothing.
CREATE FUNCTION orders.refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'orders.order_events is append-only: % refused', TG_OP;
END
$$;

CREATE TRIGGER order_events_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON orders.order_events
    FOR EACH STATEMENT EXECUTE FUNCTION orders.refuse_to_rewrite_history();

-- A checkout that ended without an order. The row makes its event go out once, and refuses an order of that id that
-- would still arrive.
CREATE TABLE orders.failed_checkouts (
    order_id  varchar(64) COLLATE "C" NOT NULL,
    user_id   text,
    code      text        NOT NULL,
    message   text,
    failed_at timestamptz NOT NULL,
    CONSTRAINT failed_checkouts_pkey PRIMARY KEY (order_id)
);
