-- One row for each message a customer is to get, per channel. Writing it is the notification's own business and holds
-- nothing up; sending it is the channel's.
CREATE TABLE notification.messages (
    message_id varchar(80) NOT NULL,
    event_id varchar(80) NOT NULL,
    order_id varchar(200) NOT NULL,
    event_type varchar(80) NOT NULL,
    channel varchar(20) NOT NULL,
    recipient varchar(200) NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT messages_pk PRIMARY KEY (message_id),
    -- The event's id comes again when a delivery is repeated; the message is written once.
    CONSTRAINT messages_once_per_event UNIQUE (event_id, channel)
);

-- A retried checkout may run out of stock, or be declined, more than once: the customer is told once per order. Also
-- finds the messages of an order.
CREATE UNIQUE INDEX messages_failure_once_per_order
    ON notification.messages (order_id, event_type, channel)
 WHERE event_type IN ('InventoryFailed', 'PaymentFailed');

CREATE INDEX messages_by_order ON notification.messages (order_id);
