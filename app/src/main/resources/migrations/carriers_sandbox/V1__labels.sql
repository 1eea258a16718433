-- The books of the simulated carriers: systems outside, which remember what they were asked whatever becomes of the
-- asker. Nothing of the shipping service is read or written in one transaction with them.
--
-- requested: the request got lost before a label was made. live: a label. refused: the carrier said no. cancelled: no
-- label, and none will be made under this key.
CREATE TABLE carriers_sandbox.labels (
    label_key  text        COLLATE "C" NOT NULL,
    carrier    varchar(20) NOT NULL,
    reference  text,
    order_id   text,
    status     varchar(20) NOT NULL,
    serial     bigint      GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT labels_pkey PRIMARY KEY (label_key),
    CONSTRAINT labels_status_known CHECK (status IN ('requested', 'live', 'refused', 'cancelled'))
) WITH (fillfactor = 80);
