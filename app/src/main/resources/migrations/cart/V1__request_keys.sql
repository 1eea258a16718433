-- Idempotency keys of writes that no business row can recognise: a POST that makes an id, a PUT or DELETE sent with a
-- key. Written in the transaction of the write, so a key exists exactly when its effect does.
CREATE TABLE cart.request_keys (
    scope           text        NOT NULL,
    idempotency_key text        NOT NULL,
    request_hash    text        NOT NULL,
    -- Null only inside the transaction that claims the key.
    response        jsonb,
    created_at      timestamptz NOT NULL,
    CONSTRAINT request_keys_pk PRIMARY KEY (scope, idempotency_key),
    CONSTRAINT request_keys_key_length CHECK (char_length(idempotency_key) <= 255)
) WITH (fillfactor = 80);

-- For the sweeper, which forgets the oldest; the column never changes, so the index costs one entry per key.
CREATE INDEX request_keys_by_age ON cart.request_keys (created_at);
