-- Where stock lies. Coordinates choose the nearest warehouse for a destination; where they cannot (no destination, an
-- unknown country) the lower priority number comes first.
CREATE TABLE inventory.warehouses (
    warehouse_id text             NOT NULL,
    name         text             NOT NULL,
    country      char(2)          NOT NULL,
    latitude     double precision NOT NULL,
    longitude    double precision NOT NULL,
    priority     int              NOT NULL,
    CONSTRAINT warehouses_pk PRIMARY KEY (warehouse_id),
    CONSTRAINT warehouses_latitude_on_earth CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT warehouses_longitude_on_earth CHECK (longitude BETWEEN -180 AND 180)
);

INSERT INTO inventory.warehouses (warehouse_id, name, country, latitude, longitude, priority)
VALUES ('main', 'Main warehouse', 'US', 39.8, -98.6, 100);

-- The counters. A product that sells is one row written again and again, so the page keeps half its room free and no
-- index has a column that changes: every update is heap-only, and its dead versions go when the page is next read.
--   available  can be held now
--   reserved   held by live reservations
--   committed  ever made final; a return does not lower it, it is a movement of its own in the ledger. So
--              available + reserved + committed = received + corrected + returned, always.
-- The checks are the last line of defence: the decisions are taken before, on the locked row.
CREATE TABLE inventory.inventory (
    product_id   text        NOT NULL,
    warehouse_id text        NOT NULL,
    available    bigint      NOT NULL,
    reserved     bigint      NOT NULL,
    committed    bigint      NOT NULL,
    version      bigint      NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT inventory_pk PRIMARY KEY (product_id, warehouse_id),
    CONSTRAINT inventory_warehouse_known FOREIGN KEY (warehouse_id) REFERENCES inventory.warehouses (warehouse_id),
    CONSTRAINT inventory_available_not_negative CHECK (available >= 0),
    CONSTRAINT inventory_reserved_not_negative CHECK (reserved >= 0),
    CONSTRAINT inventory_committed_not_negative CHECK (committed >= 0)
) WITH (fillfactor = 50);

-- A reservation is its own guard: its row is the record of what was asked and answered, also of a refusal, and the
-- tombstone of an undo that came before its do. Its lines stand in the row (the view below lists them one by one): they
-- are written and read with it, never alone, and an order of three products then costs one row instead of four.
CREATE TABLE inventory.reservations (
    reservation_id  text        NOT NULL,
    saga_id         text        NOT NULL,
    idempotency_key text,
    request_hash    text,
    status          text        NOT NULL,
    expires_at      timestamptz,
    event_seq       bigint      NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    lines           jsonb       NOT NULL,
    refusal         jsonb,
    CONSTRAINT reservations_pk PRIMARY KEY (reservation_id),
    CONSTRAINT reservations_status_known
        CHECK (status IN ('held', 'pinned', 'committed', 'released', 'expired', 'refused')),
    CONSTRAINT reservations_only_held_has_a_deadline CHECK ((status = 'held') = (expires_at IS NOT NULL)),
    CONSTRAINT reservations_refused_says_why CHECK ((status = 'refused') = (refusal IS NOT NULL))
) WITH (fillfactor = 70);

-- Several reservations may belong to one saga (one per shipment; one per product for callers of the older contract).
CREATE INDEX reservations_saga_ix ON inventory.reservations (saga_id);

-- Finds lapsed holds, for the sweeper and for every answer about what is available. It is the one index on a column
-- that changes, and therefore partial: it has the live holds only, a hold that is pinned or settled leaves it, and the
-- steps after that (pinned, committed) are heap-only updates again. Without it, each look at a product would have to
-- read every hold of the last minutes.
CREATE INDEX reservations_deadline_ix ON inventory.reservations (expires_at) WHERE expires_at IS NOT NULL;

CREATE VIEW inventory.reservation_lines AS
SELECT r.reservation_id, r.saga_id, r.status, r.expires_at,
       line.item_id AS product_id, line.warehouse_id, line.qty AS quantity, coalesce(line.restocked, 0) AS restocked
  FROM inventory.reservations r
 CROSS JOIN LATERAL jsonb_to_recordset(r.lines)
       AS line (item_id text, warehouse_id text, qty bigint, restocked bigint);

-- Every movement of stock, appended and never changed; the counters are its sums. Quantities are positive, only a
-- correction has a sign. No index: it is written with every order and read whole, by the audit.
CREATE TABLE inventory.ledger (
    movement_id    bigint      GENERATED ALWAYS AS IDENTITY,
    at             timestamptz NOT NULL,
    kind           text        NOT NULL,
    product_id     text        NOT NULL,
    warehouse_id   text        NOT NULL,
    reservation_id text,
    quantity       bigint      NOT NULL,
    CONSTRAINT ledger_kind_known CHECK (kind IN
        ('received', 'held', 'released', 'expired', 'committed', 'shipped', 'returned', 'corrected')),
    CONSTRAINT ledger_only_corrections_have_a_sign CHECK (quantity > 0 OR kind = 'corrected' AND quantity <> 0)
);

-- The guard of changes that have no reservation row to be their guard: receipts, corrections, returns, and parts of a
-- reservation settled one by one. The row is claimed before stock is touched and keeps the answer for the repetition.
CREATE TABLE inventory.stock_changes (
    idempotency_key text        NOT NULL,
    request_hash    text        NOT NULL,
    answer          jsonb,
    created_at      timestamptz NOT NULL,
    CONSTRAINT stock_changes_pk PRIMARY KEY (idempotency_key)
);
