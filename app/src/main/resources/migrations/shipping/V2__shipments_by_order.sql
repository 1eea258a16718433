-- Order ids sort by bytes, as in every other service's tables: an audit walks them side by side with the orders, page
-- by page, and the index is its way, as it is that of whoever asks after an order.
ALTER TABLE shipping.shipments ALTER COLUMN order_id TYPE varchar(64) COLLATE "C";

CREATE INDEX shipments_by_order ON shipping.shipments (order_id);
