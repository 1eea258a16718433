-- What a participant remembers of the steps that sagas called it for. One row for each key, {saga}:{step}:{generation}.
-- Generation 0 is always there: its row is what everybody who does or undoes the step locks, and holds the mark that
-- the step was undone, so that one undo covers every generation, also those that have not arrived yet.
CREATE TABLE IF NOT EXISTS ${schema}.saga_guard_keys (
    step_key     text        NOT NULL,
    generation   int         NOT NULL,
    -- 'none': nothing was asked, or what was asked surely had no effect; 'open': begun, no answer yet
    state        text        NOT NULL,
    -- of an open one: how often the provider may have been asked. 'surely no effect', said by one who asked, ends the
    -- doubt only where nobody else did
    asked        int         NOT NULL,
    -- NULL: no request is known, as of a step that was undone before it was done
    request_hash text,
    facts        jsonb,
    code         text,
    message      text,
    opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- of generation 0, for the whole step
    undone_at    timestamptz,
    -- until when this answer is remembered at least; of generation 0, that of the whole step
    keep_until   timestamptz NOT NULL,
    CONSTRAINT saga_guard_keys_pk PRIMARY KEY (step_key, generation),
    CONSTRAINT saga_guard_keys_state CHECK (state IN ('none', 'open', 'done', 'refused', 'undone')),
    CONSTRAINT saga_guard_keys_generation CHECK (generation >= 0),
    CONSTRAINT saga_guard_keys_undone_step CHECK (undone_at IS NULL OR generation = 0)
);
-- A table of an earlier release: nobody knows how often what is open was asked, so it counts as asked again.
ALTER TABLE ${schema}.saga_guard_keys ADD COLUMN IF NOT EXISTS asked int NOT NULL DEFAULT 2;
-- For pruning: steps by age.
CREATE INDEX IF NOT EXISTS saga_guard_keys_keep_until ON ${schema}.saga_guard_keys (keep_until) WHERE generation = 0;
