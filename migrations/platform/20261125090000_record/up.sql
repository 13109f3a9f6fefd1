-- The record of changes to the platform: as in a tenant's schema, on a chain of its own.

CREATE TABLE public.audit_log (
    id uuid PRIMARY KEY,
    seq bigint NOT NULL CHECK (seq > 0),
    at timestamptz NOT NULL,
    action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    object_kind text NOT NULL CHECK (object_kind ~ '^[a-z_]+$'),
    object_id uuid NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'operator', 'system', 'anonymous')),
    actor_id uuid,
    key_id uuid,
    impersonator_id uuid,
    -- JSON as it was hashed; jsonb would store other text
    before text,
    after text,
    ip text,
    user_agent text,
    correlation_id text NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_seq_key UNIQUE (seq)
);
CREATE INDEX audit_log_object_id_idx ON public.audit_log (object_id, seq);
CREATE INDEX audit_log_actor_id_idx ON public.audit_log (actor_id, seq);
CREATE INDEX audit_log_action_idx ON public.audit_log (action, seq);
CREATE INDEX audit_log_at_idx ON public.audit_log (at, id);

-- The end of the chain: whoever writes locks this one row for a moment, and a chain that was cut
-- short does not lead to it.
CREATE TABLE public.audit_head (
    is_head boolean PRIMARY KEY CHECK (is_head),
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO public.audit_head (is_head, seq, hash) VALUES (true, 0, '');
