-- A label that goes well wrote six rows: its shipment, the attempt at the first carrier and the order's count of events,
-- each once before the carrier was called and once after. Two of the three need not be rows of their own.
--
-- `asking`: the carrier that is asked first, recorded with the shipment. While the shipment is pending and has no row in
-- carrier_attempts for that carrier, this stands for one that is pending; the row is written when there is an answer, or
-- something else to say about it.
--
-- `ordinal`: the how-manieth shipment of its order. The first one's row is the order's lock and counts its events, as the
-- first payment does in payment.payments; two shipments of one order that both want to be the first meet in the index,
-- which takes the place of the one on the order id.
--
-- The parcel is kept for people and never searched: text that was checked to be JSON costs half of what jsonb does.
ALTER TABLE shipping.shipments
    ADD COLUMN asking    varchar(20),
    ADD COLUMN ordinal   smallint,
    ADD COLUMN event_seq bigint NOT NULL DEFAULT 0,
    ALTER COLUMN parcel TYPE json;

UPDATE shipping.shipments s
   SET ordinal = n.ordinal,
       event_seq = CASE WHEN n.ordinal = 1 THEN coalesce(n.last_sequence, 0) ELSE 0 END
  FROM (SELECT shipping_id, q.last_sequence,
               row_number() OVER (PARTITION BY order_id ORDER BY shipping_id) AS ordinal
          FROM shipping.shipments
          LEFT JOIN shipping.event_sequences q USING (order_id)) n
 WHERE n.shipping_id = s.shipping_id;

ALTER TABLE shipping.shipments
    ALTER COLUMN ordinal SET NOT NULL,
    ADD CONSTRAINT shipments_one_per_place_in_order UNIQUE (order_id, ordinal);

DROP INDEX shipping.shipments_by_order;

DROP TABLE shipping.event_sequences;

COMMENT ON COLUMN shipping.shipments.asking IS 'the carrier asked first; while pending it stands for a pending attempt without a row';
COMMENT ON COLUMN shipping.shipments.ordinal IS 'the how-manieth shipment of its order; the first one''s row is the lock of the order and counts its events';

-- Every second update found its page full, went to another one and had to touch all three indexes: with this much room
-- they stay on their page (HOT). Pages that are there already keep the room they have.
ALTER TABLE shipping.shipments SET (fillfactor = 45);

-- An attempt is now written once, when it is answered; only those that go wrong are written again.
ALTER TABLE shipping.carrier_attempts SET (fillfactor = 95);
