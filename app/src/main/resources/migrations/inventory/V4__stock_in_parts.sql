-- A product that everybody wants at once may be split: beside its row in inventory.inventory, which is part 0, it then
-- has rows here, one for each lane that sells it, and lanes no longer wait for each other. A lane takes from its own
-- part, and looks at all of them only when that runs dry; so each part has counters of its own, each is never
-- negative, and the product's are their sum. Like the row it belongs to, a part keeps half its page free and no index
-- has a column that changes.
CREATE TABLE inventory.stock_parts (
    product_id   text        NOT NULL,
    warehouse_id text        NOT NULL,
    part         int         NOT NULL,
    available    bigint      NOT NULL,
    reserved     bigint      NOT NULL,
    committed    bigint      NOT NULL,
    version      bigint      NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT stock_parts_pk PRIMARY KEY (product_id, warehouse_id, part),
    CONSTRAINT stock_parts_of_a_row FOREIGN KEY (product_id, warehouse_id)
        REFERENCES inventory.inventory (product_id, warehouse_id),
    CONSTRAINT stock_parts_part_positive CHECK (part > 0),
    CONSTRAINT stock_parts_available_not_negative CHECK (available >= 0),
    CONSTRAINT stock_parts_reserved_not_negative CHECK (reserved >= 0),
    CONSTRAINT stock_parts_committed_not_negative CHECK (committed >= 0)
) WITH (fillfactor = 50);

-- What there is of a product in a warehouse, whatever parts it lies in. Without parts it is inventory.inventory.
CREATE VIEW inventory.stock AS
SELECT product_id, warehouse_id, sum(available)::bigint AS available, sum(reserved)::bigint AS reserved,
       sum(committed)::bigint AS committed
  FROM (SELECT product_id, warehouse_id, available, reserved, committed FROM inventory.inventory
         UNION ALL
        SELECT product_id, warehouse_id, available, reserved, committed FROM inventory.stock_parts) AS part
 GROUP BY product_id, warehouse_id;
