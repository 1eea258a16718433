-- Sagas: what is in flight, what happened, what has to be undone.
--
-- No foreign keys: every table is to be cut into ranges of saga_id and dropped range by range, and a key across
-- partitions would hold each drop up. A plain table becomes the first partition of a partitioned one by ATTACH.

-- One row a saga, written at its start, when it turns back, when it begins or ceases to need attention, when another
-- node takes it over, and at its end: never once per step. What happens in between is in saga_steps. The view
-- saga_executions is this table together with the current step.
CREATE TABLE saga.saga_runs (
    saga_id         varchar(64)  NOT NULL,
    definition      varchar(50)  NOT NULL,
    version         int          NOT NULL,
    status          varchar(20)  NOT NULL,
    needs_attention boolean      NOT NULL DEFAULT false,
    payload         jsonb        NOT NULL,
    subject         varchar(200),
    node            varchar(40)  NOT NULL,
    epoch           bigint       NOT NULL,
    trace_id        varchar(64),
    wake_at         timestamptz,
    created_at      timestamptz  NOT NULL,
    updated_at      timestamptz  NOT NULL,
    CONSTRAINT saga_runs_pk PRIMARY KEY (saga_id),
    CONSTRAINT saga_runs_status_known CHECK (status IN ('STARTED', 'COMPENSATING', 'COMPLETED', 'FAILED'))
) WITH (fillfactor = 70);

-- A node that starts must find what is in flight among millions that have ended. The index is on a column that
-- changes once in a saga's life, so its end costs an index entry more than it would without; the alternative, a table
-- of what is in flight, costs a row and its index at the start and a deletion at the end. It stays as small as what is
-- in flight is.
CREATE INDEX saga_runs_in_flight ON saga.saga_runs (saga_id) WHERE status IN ('STARTED', 'COMPENSATING');

-- Few rows, asked for by every operator's screen. Costs nothing as long as needs_attention does not change.
CREATE INDEX saga_runs_attention ON saga.saga_runs (saga_id) WHERE needs_attention;

-- The log, which is the truth. Rows are added and never changed. The primary key is its only index: it is what makes
-- two writers of one saga impossible, and reads are by saga.
CREATE TABLE saga.saga_steps (
    saga_id    varchar(64) NOT NULL,
    seq        int         NOT NULL,
    step       varchar(50),
    event      varchar(20) NOT NULL,
    attempt    int         NOT NULL,
    generation int         NOT NULL,
    detail     jsonb,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    CONSTRAINT saga_steps_pk PRIMARY KEY (saga_id, seq),
    CONSTRAINT saga_steps_seq_from_1 CHECK (seq >= 1)
);

-- What has to be undone, recorded in the transaction that turns a saga back.
CREATE TABLE saga.saga_compensating_tasks (
    task_id        varchar(64) NOT NULL,
    saga_id        varchar(64) NOT NULL,
    seq            int         NOT NULL,
    target_service varchar(50) NOT NULL,
    payload        jsonb       NOT NULL,
    status         varchar(20) NOT NULL,
    retry_count    int         NOT NULL DEFAULT 0,
    next_retry_at  timestamptz,
    CONSTRAINT saga_compensating_tasks_pk PRIMARY KEY (task_id),
    CONSTRAINT saga_compensating_tasks_in_order UNIQUE (saga_id, seq),
    CONSTRAINT saga_compensating_tasks_status_known CHECK (status IN ('PENDING', 'SENT', 'COMPLETED'))
);

-- The same key in the same scope starts one saga. Outlives its saga; expires_at says when it may be forgotten.
CREATE TABLE saga.saga_start_keys (
    scope           varchar(100) NOT NULL,
    idempotency_key varchar(255) NOT NULL,
    request_hash    varchar(128) NOT NULL,
    saga_id         varchar(64)  NOT NULL,
    expires_at      timestamptz  NOT NULL,
    CONSTRAINT saga_start_keys_pk PRIMARY KEY (scope, idempotency_key)
);

-- At most one saga that has not failed is about a subject.
CREATE TABLE saga.saga_subjects (
    subject varchar(200) NOT NULL,
    saga_id varchar(64)  NOT NULL,
    CONSTRAINT saga_subjects_pk PRIMARY KEY (subject)
);

-- What no second saga may ever be called: unlike a subject, a name stays with its saga when that has failed.
CREATE TABLE saga.saga_names (
    name    varchar(200) NOT NULL,
    saga_id varchar(64)  NOT NULL,
    CONSTRAINT saga_names_pk PRIMARY KEY (name)
);

-- Undo actions that failed again and again and that a person should see. They go on being tried.
CREATE TABLE saga.saga_dead_letters (
    saga_id     varchar(64) NOT NULL,
    step        varchar(50) NOT NULL,
    context     jsonb       NOT NULL,
    error       text        NOT NULL,
    failed_at   timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by varchar(100),
    reason      text,
    evidence    text,
    CONSTRAINT saga_dead_letters_pk PRIMARY KEY (saga_id, step)
);
CREATE INDEX saga_dead_letters_open ON saga.saga_dead_letters (failed_at) WHERE resolved_at IS NULL;

-- Signals to sagas, each delivered once: the sender's key makes a repetition harmless.
CREATE TABLE saga.saga_signals (
    saga_id     varchar(64)  NOT NULL,
    signal_key  varchar(255) NOT NULL,
    name        varchar(50)  NOT NULL,
    payload     jsonb        NOT NULL,
    received_at timestamptz  NOT NULL,
    taken_seq   int,
    CONSTRAINT saga_signals_pk PRIMARY KEY (saga_id, signal_key)
);

-- The nodes that may write. A node reads its row FOR KEY SHARE at the head of every transaction: once the row is
-- deleted, nothing the node still has in mind can be committed. beat is no part of the key, so counting it up does not
-- wait for those locks. backend_pid and backend_start name the connection of the node's lane, which whoever takes over
-- ends: a frozen node inside a transaction would keep its locks.
CREATE TABLE saga.saga_nodes (
    node          varchar(40) NOT NULL,
    epoch         bigint      NOT NULL,
    beat          bigint      NOT NULL DEFAULT 0,
    backend_pid   int,
    backend_start timestamptz,
    started_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT saga_nodes_pk PRIMARY KEY (node, epoch)
);
CREATE SEQUENCE saga.saga_epochs;

-- What operators did.
CREATE TABLE saga.saga_audit (
    id      bigint GENERATED ALWAYS AS IDENTITY,
    who     varchar(100) NOT NULL,
    what    varchar(50)  NOT NULL,
    saga_id varchar(64),
    why     text         NOT NULL,
    at      timestamptz  NOT NULL,
    CONSTRAINT saga_audit_pk PRIMARY KEY (id)
);

-- For operators: where each saga stands. The current step is that of the log's latest row that has one, looked up only
-- when asked for.
CREATE VIEW saga.saga_executions AS
SELECT r.saga_id,
       r.definition,
       r.version,
       r.status,
       (SELECT s.step
          FROM saga.saga_steps AS s
         WHERE s.saga_id = r.saga_id AND s.step IS NOT NULL
         ORDER BY s.seq DESC
         LIMIT 1) AS current_step,
       r.needs_attention,
       r.payload,
       r.subject,
       r.node,
       r.epoch,
       r.trace_id,
       r.wake_at,
       r.created_at,
       coalesce((SELECT s.ended_at
                   FROM saga.saga_steps AS s
                  WHERE s.saga_id = r.saga_id
                  ORDER BY s.seq DESC
                  LIMIT 1), r.updated_at) AS updated_at
  FROM saga.saga_runs AS r;

-- For operators: what is in flight, how long already, what happened last, when it is tried again, what is open.
CREATE VIEW saga.saga_overview AS
SELECT e.saga_id,
       e.definition,
       e.status,
       e.current_step,
       e.needs_attention,
       e.subject,
       now() - e.created_at AS age,
       last.event           AS last_event,
       last.ended_at        AS last_event_at,
       last.detail          AS last_detail,
       (last.detail ->> 'retry_at')::timestamptz AS retry_at,
       (SELECT count(*)
          FROM saga.saga_compensating_tasks AS t
         WHERE t.saga_id = e.saga_id AND t.status <> 'COMPLETED') AS open_tasks,
       e.node,
       e.trace_id
  FROM saga.saga_executions AS e
  LEFT JOIN LATERAL (SELECT s.event, s.ended_at, s.detail
                       FROM saga.saga_steps AS s
                      WHERE s.saga_id = e.saga_id
                      ORDER BY s.seq DESC
                      LIMIT 1) AS last ON true
 WHERE e.status IN ('STARTED', 'COMPENSATING');
