-- What operators did, once each and whatever the step is called.

-- "resolve" and a step's name, which has up to 50 characters.
ALTER TABLE saga.saga_audit ALTER COLUMN what TYPE varchar(100);

-- When the answer to a COMMIT is lost, its batch is run again, and the deeds in it must not be there twice. One person
-- does one thing to one saga in one microsecond.
DELETE FROM saga.saga_audit AS again
 USING saga.saga_audit AS first
 WHERE again.id > first.id
   AND again.at = first.at
   AND again.who = first.who
   AND again.what = first.what
   AND again.saga_id IS NOT DISTINCT FROM first.saga_id;
ALTER TABLE saga.saga_audit
    ADD CONSTRAINT saga_audit_deed_once UNIQUE NULLS NOT DISTINCT (at, who, what, saga_id);
