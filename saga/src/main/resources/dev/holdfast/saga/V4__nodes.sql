-- Several nodes on one database.

-- beat_pid and beat_start name the connection a node beats on, beside that of its lane: whoever takes over ends both.
-- mail is counted up by whoever has left something for the node to find (sagas it has inherited, a parked one it may
-- know); the node's next beat brings the new count, and it looks. A node that is leaving inherits nothing.
ALTER TABLE saga.saga_nodes
    ADD COLUMN beat_pid   int,
    ADD COLUMN beat_start timestamptz,
    ADD COLUMN mail       bigint  NOT NULL DEFAULT 0,
    ADD COLUMN leaving    boolean NOT NULL DEFAULT false;

-- Why the owner has given a saga up since it has it. UNKNOWN: its release does not know the definition, the version or
-- a row of the log, and a node that does may claim it. BROKEN: it was tried and threw; a person must look. Every change
-- of owner clears it, and only what is parked can be claimed from a node that lives: so at most one node runs a saga.
ALTER TABLE saga.saga_runs
    ADD COLUMN parked varchar(20),
    ADD CONSTRAINT saga_runs_parked_known CHECK (parked IN ('UNKNOWN', 'BROKEN'));

-- Each node looks for parked sagas that it knows. Costs nothing as long as nothing is parked.
CREATE INDEX saga_runs_parked ON saga.saga_runs (definition, version) WHERE parked IS NOT NULL;

-- Which life of which node wrote a row: an epoch is never used twice. So that "no step was acted on by two nodes" can
-- be checked from the log alone. NULL in rows that an older release wrote.
ALTER TABLE saga.saga_steps ADD COLUMN epoch bigint;

CREATE OR REPLACE VIEW saga.saga_executions AS
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
                  LIMIT 1), r.updated_at) AS updated_at,
       r.parked
  FROM saga.saga_runs AS r;

CREATE OR REPLACE VIEW saga.saga_overview AS
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
       e.trace_id,
       e.parked
  FROM saga.saga_executions AS e
  LEFT JOIN LATERAL (SELECT s.event, s.ended_at, s.detail
                       FROM saga.saga_steps AS s
                      WHERE s.saga_id = e.saga_id
                      ORDER BY s.seq DESC
                      LIMIT 1) AS last ON true
 WHERE e.status IN ('STARTED', 'COMPENSATING');
