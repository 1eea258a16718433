-- A saga goes on in the trace of who asked for it, also on another node: for that the trace id alone is not enough, the
-- span that asked and whether the trace is recorded belong to it. trace_id stays for people who search by it.
ALTER TABLE saga.saga_runs ADD COLUMN traceparent varchar(55);

-- What is in flight keeps its trace id. The span that asked was not recorded; any id that is not all zero is valid.
UPDATE saga.saga_runs
   SET traceparent = '00-' || trace_id || '-' || right(trace_id, 16) || '-01'
 WHERE status IN ('STARTED', 'COMPENSATING')
   AND trace_id ~ '^[0-9a-f]{32}$'
   AND trace_id !~ '0{16}$';
