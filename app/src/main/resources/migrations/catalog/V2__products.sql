-- What can be sold, and for how much.
CREATE TABLE catalog.products (
    -- Byte order, so that pages by sku are the same whatever the database's locale, and survive its upgrade.
    sku          text COLLATE "C" NOT NULL,
    name         text             NOT NULL,
    -- Minor units of the currency: 19998 is 199.98 USD and 19998 JPY.
    amount_minor bigint           NOT NULL,
    currency     char(3)          NOT NULL,
    -- Null: the default of the settings, so that changing the default changes these products too.
    weight_kg    numeric(9, 3),
    length_cm    numeric(8, 2),
    width_cm     numeric(8, 2),
    height_cm    numeric(8, 2),
    updated_at   timestamptz      NOT NULL,
    CONSTRAINT products_pk PRIMARY KEY (sku),
    CONSTRAINT products_sku_length CHECK (char_length(sku) BETWEEN 1 AND 64),
    CONSTRAINT products_name_length CHECK (char_length(name) BETWEEN 1 AND 500),
    CONSTRAINT products_price_positive CHECK (amount_minor > 0),
    CONSTRAINT products_weight_positive CHECK (weight_kg > 0),
    CONSTRAINT products_size_whole_or_default CHECK (num_nulls(length_cm, width_cm, height_cm) IN (0, 3)),
    CONSTRAINT products_size_positive CHECK (length_cm > 0 AND width_cm > 0 AND height_cm > 0)
);
