-- Sagas that wait: for a signal, for a moment, for sagas of their own.

-- The saga and the step that a saga belongs to, with a blank between. Its end is told to that saga, in the
-- transaction of the end.
ALTER TABLE saga.saga_runs ADD COLUMN parent varchar(120);

-- wake_at is set exactly while a saga is put down: no thread, no memory, no attempt under way. Few are, beside those
-- that run, so the index is small; and a saga that never waits long never touches it.
CREATE INDEX saga_runs_put_down ON saga.saga_runs (wake_at) WHERE wake_at IS NOT NULL;

-- In the order in which they came; who sent it; and what became of it, for whoever asks.
ALTER TABLE saga.saga_signals
    ALTER COLUMN name TYPE varchar(60),
    ADD COLUMN id      bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN sent_by varchar(100),
    ADD COLUMN outcome text;

-- What no saga has taken yet. taken_seq is written once, and then the row leaves this index.
CREATE INDEX saga_signals_untaken ON saga.saga_signals (saga_id) WHERE taken_seq IS NULL;

-- Definitions at whose sagas no attempts are made, by the word of an operator.
CREATE TABLE saga.saga_pauses (
    definition varchar(50)  NOT NULL,
    who        varchar(100) NOT NULL,
    why        text         NOT NULL,
    at         timestamptz  NOT NULL,
    CONSTRAINT saga_pauses_pk PRIMARY KEY (definition)
);
