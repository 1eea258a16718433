-- One update in five found its page full, went to another one and had to touch the index: with this much room they stay
-- on their page (HOT). Pages that are there already keep the room they have.
ALTER TABLE orders.orders SET (fillfactor = 45);
