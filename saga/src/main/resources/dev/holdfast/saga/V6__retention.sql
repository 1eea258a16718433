-- Sagas that have ended long ago go by the partition, never row by row; what must outlive them stays.
--
-- The four tables that grow with every saga are cut into ranges of saga_id, which begins with the time for ids that
-- are a prefix and a UUID of version 7. Each plain table becomes the default partition of a partitioned one: no row
-- is copied. Which ranges there are is the retention's business; without it everything lies in the default
-- partition.

-- A view keeps to the table it was made for, under whatever name; so the views are made again at the end, as they
-- were.
CREATE TEMPORARY TABLE saga_views ON COMMIT DROP AS
SELECT pg_get_viewdef('saga.saga_executions'::regclass) AS executions,
       pg_get_viewdef('saga.saga_overview'::regclass)   AS overview;
DROP VIEW saga.saga_overview;
DROP VIEW saga.saga_executions;

-- Bounds compare byte by byte, whatever the database's own collation is or becomes. Indexes are built anew for
-- that.
ALTER TABLE saga.saga_runs
    ALTER COLUMN saga_id TYPE varchar(64)  COLLATE "C",
    ALTER COLUMN parent  TYPE varchar(120) COLLATE "C";

-- Keys of a partitioned table contain what it is cut by. The task's id contains its saga's, so no id is freed by
-- this.
ALTER TABLE saga.saga_compensating_tasks
    DROP CONSTRAINT saga_compensating_tasks_pk;
ALTER TABLE saga.saga_compensating_tasks
    ALTER COLUMN saga_id TYPE varchar(64) COLLATE "C",
    ADD CONSTRAINT saga_compensating_tasks_pk PRIMARY KEY (saga_id, task_id);

-- A plain sequence: a table with an identity column of its own cannot become a partition.
ALTER TABLE saga.saga_signals
    ALTER COLUMN saga_id TYPE varchar(64) COLLATE "C",
    ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE saga.saga_signal_ids;
SELECT setval('saga.saga_signal_ids', (SELECT coalesce(max(id), 0) + 1 FROM saga.saga_signals), false);
ALTER TABLE saga.saga_signals
    ALTER COLUMN id SET DEFAULT nextval('saga.saga_signal_ids');

ALTER TABLE saga.saga_steps
    ALTER COLUMN saga_id TYPE varchar(64) COLLATE "C";

-- A saga that has not ended keeps its children with it. Costs nothing where no saga has any.
CREATE INDEX saga_runs_children ON saga.saga_runs (parent) WHERE parent IS NOT NULL;

-- Indexes and constraints, whatever scripts have brought them, are made again under their names on the partitioned
-- table; those of the old one take a name behind it and become their partitions.
CREATE FUNCTION saga.become_default_partition(plain text) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    remake text[];
    each   record;
BEGIN
    SELECT array_agg(CASE WHEN con.oid IS NULL THEN pg_get_indexdef(idx.indexrelid)
                          ELSE format('ALTER TABLE saga.%I ADD CONSTRAINT %I %s',
                                      plain, con.conname, pg_get_constraintdef(con.oid))
                     END)
      INTO remake
      FROM pg_index AS idx
      LEFT JOIN pg_constraint AS con ON con.conindid = idx.indexrelid AND con.contype IN ('p', 'u')
     WHERE idx.indrelid = ('saga.' || plain)::regclass;
    FOR each IN
        SELECT c.relname AS name
          FROM pg_index AS idx
          JOIN pg_class AS c ON c.oid = idx.indexrelid
         WHERE idx.indrelid = ('saga.' || plain)::regclass
    LOOP
        EXECUTE format('ALTER INDEX saga.%I RENAME TO %I', each.name, each.name || '_default');
    END LOOP;
    EXECUTE format('ALTER TABLE saga.%I RENAME TO %I', plain, plain || '_default');
    EXECUTE format('CREATE TABLE saga.%I (LIKE saga.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) '
                   'PARTITION BY RANGE (saga_id)', plain, plain || '_default');
    FOR each IN SELECT unnest(remake) AS statement LOOP
        EXECUTE each.statement;
    END LOOP;
    EXECUTE format('ALTER TABLE saga.%I ATTACH PARTITION saga.%I DEFAULT', plain, plain || '_default');
END
$$;

SELECT saga.become_default_partition(name)
  FROM unnest(ARRAY ['saga_steps', 'saga_runs', 'saga_compensating_tasks', 'saga_signals']) AS name;
DROP FUNCTION saga.become_default_partition(text);

DO
$$
BEGIN
    EXECUTE 'CREATE VIEW saga.saga_executions AS ' || (SELECT executions FROM saga_views);
    EXECUTE 'CREATE VIEW saga.saga_overview AS ' || (SELECT overview FROM saga_views);
END
$$;

-- What the retention has done with the sagas of each prefix. Subjects, names and start keys outlive their sagas:
-- whoever finds one of these and no saga with its id sees here that it was dropped and not lost.
CREATE TABLE saga.saga_retention (
    prefix     varchar(20) COLLATE "C" NOT NULL,
    keep       interval    NOT NULL,
    gone_below varchar(64) COLLATE "C",
    dropped    bigint      NOT NULL DEFAULT 0,
    CONSTRAINT saga_retention_pk PRIMARY KEY (prefix)
);

-- For pruning. Moments of expiry are full hours, so thousands of keys share an entry.
CREATE INDEX saga_start_keys_expiry ON saga.saga_start_keys (expires_at);

-- Pruned rows make room for new ones before they are a tenth of the table.
ALTER TABLE saga.saga_start_keys
    SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 10000);

-- For operators: the ranges, about how much is in them, and when each goes. What is in no range is in the default
-- one.
CREATE VIEW saga.saga_partitions AS
SELECT b.suffix,
       g.prefix,
       to_timestamp(('x' || lpad(replace(substring(b.lower_id FROM length(g.prefix) + 1), '-', ''), 16, '0'))
                    ::bit(64)::bigint / 1000.0) AS from_at,
       u.until_at,
       u.until_at + g.keep AS drop_after,
       greatest(b.reltuples, 0)::bigint AS sagas_about,
       (SELECT sum(pg_total_relation_size(to_regclass(format('saga.%I', name || b.suffix))))
          FROM unnest(ARRAY ['saga_steps', 'saga_runs', 'saga_compensating_tasks', 'saga_signals']) AS name) AS bytes,
       b.lower_id,
       b.upper_id
  FROM (SELECT substring(c.relname FROM length('saga_runs') + 1) AS suffix,
               c.reltuples,
               substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \(''([^'']*)''\)') AS lower_id,
               substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']*)''\)') AS upper_id
          FROM pg_inherits AS i
          JOIN pg_class AS c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'saga.saga_runs'::regclass) AS b
  LEFT JOIN saga.saga_retention AS g ON starts_with(b.lower_id, g.prefix)
  LEFT JOIN LATERAL (SELECT to_timestamp(('x' || lpad(replace(substring(b.upper_id FROM length(g.prefix) + 1), '-', ''),
                                                      16, '0'))::bit(64)::bigint / 1000.0)) AS u(until_at) ON true
 ORDER BY b.lower_id COLLATE "C" NULLS LAST;
