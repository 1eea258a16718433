-- The outbox of one service. Every row is an event that has not reached all its consumers; what has is deleted.
--
-- Partitioned by the time of writing, because a table from which everything is deleted again bloats whatever
-- vacuum does: an old partition that is empty is dropped, and its dead rows with it.
CREATE TABLE ${schema}.outbox (
    -- Given while the subject's own row is locked, so within a subject id order is commit order. Between subjects it
    -- is not: no reader may take the highest id it has seen as "read up to here". Cache 1: the proof of the relay's
    -- reading floor needs ids handed out in order.
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME ${schema}.outbox_id_seq CACHE 1),
    event_id varchar(80) NOT NULL,
    event_type varchar(80) NOT NULL,
    subject varchar(200) NOT NULL,
    partition_key varchar(200) NOT NULL,
    -- The hash of the subject: the unit that relays share out among themselves.
    bucket smallint NOT NULL,
    sequence bigint NOT NULL,
    payload jsonb NOT NULL,
    traceparent varchar(80),
    happened_at timestamptz NOT NULL,
    -- PENDING, or STUCK when a consumer has failed on it again and again; it is still tried.
    status varchar(10) NOT NULL DEFAULT 'PENDING',
    attempts int NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outbox_status_is_known CHECK (status IN ('PENDING', 'STUCK')),
    CONSTRAINT outbox_bucket_in_range CHECK (bucket BETWEEN 0 AND 63)
) PARTITION BY RANGE (created_at);

-- The one index: relays read in id order and delete by id. No unique index on event_id: it would cost every writer
-- a second tree with random inserts, to prevent what the claim of the change prevents already.
CREATE INDEX outbox_by_id ON ${schema}.outbox (id);

-- The safety net: a row whose hour has no partition (nobody created one in time, or a transaction older than the
-- partitions kept) is stored and delivered all the same.
CREATE TABLE ${schema}.outbox_default PARTITION OF ${schema}.outbox DEFAULT;

-- Who is alive. A relay whose lease has lapsed by this database's clock has lost its buckets.
CREATE TABLE ${schema}.outbox_relays (
    relay varchar(80) NOT NULL,
    lease_until timestamptz NOT NULL,
    CONSTRAINT outbox_relays_pk PRIMARY KEY (relay)
) WITH (fillfactor = 50);

-- Who owns what. Written only when a bucket changes hands, so an idle system rewrites one row of outbox_relays and
-- none here.
CREATE TABLE ${schema}.outbox_buckets (
    bucket smallint NOT NULL,
    relay varchar(80),
    CONSTRAINT outbox_buckets_pk PRIMARY KEY (bucket)
) WITH (fillfactor = 50);

INSERT INTO ${schema}.outbox_buckets (bucket) SELECT generate_series(0, 63);
