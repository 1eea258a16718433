-- A payment is written three times after its insert and a capture once. Where half of each page was left free, one update
-- in twelve found its page full, went to another one and had to touch every index: five times the log of one that stays
-- (HOT). With this much room all of them stay. Pages that are there already keep the room they have.
ALTER TABLE payment.payments SET (fillfactor = 40);
ALTER TABLE payment.payment_operations SET (fillfactor = 45);
