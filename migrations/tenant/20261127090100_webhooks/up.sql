-- Where a tenant wants to be told of its events: https://www.standardwebhooks.com
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    url text NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2000),
    description text NOT NULL CHECK (char_length(description) <= 500),
    -- patterns, such as Task.assigned_to.UPDATE; none: only what handlers send there
    event_types text[] NOT NULL,
    is_enabled boolean NOT NULL,
    -- sealed with SECRET_KEY; the one before signs as well until its time is over
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_secret_until timestamptz,
    -- attempts that failed since the last one that did not
    failures integer NOT NULL DEFAULT 0,
    -- the circuit breaker: nothing is sent before this time
    open_until timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX webhooks_created_at_idx ON webhooks (created_at, id);
CREATE INDEX webhooks_created_by_idx ON webhooks (created_by);
CREATE INDEX webhooks_updated_by_idx ON webhooks (updated_by);

-- One message for one address. It is signed anew for each attempt and otherwise stays as it is.
CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    -- of audit_log; null: a test
    seq bigint,
    -- what it is about: of that, one message goes out after the other
    object_id uuid NOT NULL,
    event_type text NOT NULL,
    body text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    -- since it was last begun anew; only the last one may say how it ended
    attempts integer NOT NULL,
    -- the next attempt; while one runs, when it is given up for lost
    due_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (webhook_id, seq)
);
CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at, id);
CREATE INDEX webhook_deliveries_due_at_idx ON webhook_deliveries (due_at, id)
    WHERE status IN ('pending', 'processing');
CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (webhook_id, object_id, seq)
    WHERE status IN ('pending', 'processing');
CREATE INDEX webhook_deliveries_updated_at_idx ON webhook_deliveries (updated_at)
    WHERE status IN ('completed', 'failed');

-- What became of each attempt.
CREATE TABLE webhook_attempts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    -- null: there was no answer
    status_code integer,
    error text,
    -- the beginning of the answer
    response text
);
CREATE INDEX webhook_attempts_delivery_idx ON webhook_attempts (delivery_id, at, id);

-- Handlers may send to an address, too.
ALTER TABLE event_handlers DROP CONSTRAINT event_handlers_kind_check;
ALTER TABLE event_handlers ADD CONSTRAINT event_handlers_kind_check
    CHECK (kind IN ('notification', 'email', 'webhook', 'task'));
