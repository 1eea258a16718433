-- What each consumer has seen: the last sequence per source and subject, written in the transaction of the
-- consumer's own effects. That makes a delivery that is repeated (a crash between effect and delete) do nothing.
--
-- Room on the page, because a subject's few events update the same row one after the other.
CREATE TABLE ${schema}.inbox (
    consumer varchar(80) NOT NULL,
    source varchar(80) NOT NULL,
    subject varchar(200) NOT NULL,
    last_sequence bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_pk PRIMARY KEY (consumer, source, subject)
) WITH (fillfactor = 70);

-- Old rows are pruned by age. A block range index, because it is the one kind that leaves updates of its column
-- heap-only.
CREATE INDEX inbox_by_age ON ${schema}.inbox USING brin (updated_at);
