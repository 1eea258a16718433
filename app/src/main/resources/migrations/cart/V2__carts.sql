-- A cart is one row with its lines in it: it is read whole, changed whole and frozen whole. An ordinary cart (2 to 3
-- lines) is 400 bytes, so one change is one new version of one row on the same page, where a table of lines would cost
-- a second statement, a second row and an index entry per line; the largest (2,000 lines) is 250 KB, stored out of
-- line and not rewritten by a freeze. `json`, not `jsonb`: nothing searches in it, and text goes in and out as it is.
CREATE TABLE cart.carts (
    cart_id     text COLLATE "C" NOT NULL,
    user_id     text,
    currency    char(3)          NOT NULL,
    lines       json             NOT NULL,
    -- The saga of the checkout that runs; both null or both set.
    frozen_by   text,
    frozen_at   timestamptz,
    -- Not null: the cart was merged into that one and is gone, but a merge sent again must be recognised.
    merged_into text,
    expires_at  timestamptz      NOT NULL,
    CONSTRAINT carts_pk PRIMARY KEY (cart_id),
    CONSTRAINT carts_id_length CHECK (char_length(cart_id) BETWEEN 1 AND 64),
    CONSTRAINT carts_frozen_whole CHECK ((frozen_by IS NULL) = (frozen_at IS NULL)),
    CONSTRAINT carts_merged_is_not_frozen CHECK (merged_into IS NULL OR frozen_by IS NULL)
) WITH (fillfactor = 60);

-- For the sweeper that looks for carts left frozen. Only freezing and thawing touch its columns, once per checkout;
-- every other change of a cart stays on its page without an index entry (HOT). There is none on expires_at, which
-- changes with every click: the sweeper of expired carts walks the primary key instead.
CREATE INDEX carts_frozen ON cart.carts (frozen_at) WHERE frozen_by IS NOT NULL;
