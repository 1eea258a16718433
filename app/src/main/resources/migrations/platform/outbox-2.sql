-- The payload as the text its writer made, checked to be JSON and no more: nobody asks the database about its inside
-- but a person with `->>`, which json answers too. Taking it apart into jsonb was the larger half of what an event
-- cost, and a consumer now gets the very digits that were written.
--
-- It rewrites what is pending, a few rows as a rule, and shuts writers out meanwhile. So it does not queue for long
-- behind somebody who reads: it fails, nothing is changed, and the next start tries again. Processes of the release
-- before go on: what they write as jsonb is assigned as json.
SET LOCAL lock_timeout = '10s';

ALTER TABLE ${schema}.outbox ALTER COLUMN payload TYPE json USING payload::json;
