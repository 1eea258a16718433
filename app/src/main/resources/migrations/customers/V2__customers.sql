-- Who buys. A guest has no row: name and address come with the checkout.
CREATE TABLE customers.customers (
    user_id            text COLLATE "C" NOT NULL,
    name               text             NOT NULL,
    email              text             NOT NULL,
    -- The first is where parcels go unless the checkout says otherwise. Read and written whole, never searched.
    addresses          jsonb            NOT NULL,
    -- References of the payment provider, in the order they are to be tried. Never card data.
    payment_method_ids text[]           NOT NULL,
    updated_at         timestamptz      NOT NULL,
    CONSTRAINT customers_pk PRIMARY KEY (user_id),
    CONSTRAINT customers_user_id_length CHECK (char_length(user_id) BETWEEN 1 AND 64)
);
