-- A range belongs to the prefix of which its lower bound is a moment, and not to one that is merely how that prefix
-- begins: with 'r_' and 'r_x_' known (settings change, what was kept stays) the range of 'r_x_' was taken for one of
-- 'r_', the rest of its bound was no number, and nobody could read the ranges any more.
CREATE OR REPLACE VIEW saga.saga_partitions AS
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
  LEFT JOIN saga.saga_retention AS g
         ON starts_with(b.lower_id, g.prefix)
        AND substring(b.lower_id FROM length(g.prefix) + 1) ~ '^([0-9a-f]{8}-[0-9a-f]{4})?$'
        AND substring(b.upper_id FROM length(g.prefix) + 1) ~ '^[0-9a-f]{8}-[0-9a-f]{4}$'
  LEFT JOIN LATERAL (SELECT to_timestamp(('x' || lpad(replace(substring(b.upper_id FROM length(g.prefix) + 1), '-', ''),
                                                      16, '0'))::bit(64)::bigint / 1000.0)) AS u(until_at) ON true
 ORDER BY b.lower_id COLLATE "C" NULLS LAST;
