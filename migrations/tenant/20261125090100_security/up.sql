-- What concerns the tenant's security. Written by the background, kept for as long as the setting
-- `security.retention_days` says. Kinds are those of `security::Kind`; they grow with the releases.

CREATE TABLE security_events (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    -- how many alike this row stands for
    count integer NOT NULL CHECK (count > 0),
    detail text NOT NULL CHECK (char_length(detail) <= 500),
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'operator', 'system', 'anonymous')),
    actor_id uuid,
    key_id uuid,
    impersonator_id uuid,
    ip text,
    user_agent text,
    correlation_id text NOT NULL
);
CREATE INDEX security_events_at_idx ON security_events (at, id);
CREATE INDEX security_events_kind_idx ON security_events (kind, at, id);
CREATE INDEX security_events_actor_id_idx ON security_events (actor_id, at, id);
CREATE INDEX security_events_ip_idx ON security_events (ip, at, id);
