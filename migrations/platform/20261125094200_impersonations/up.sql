-- Platform administrators who act in the place of a tenant's user, and why. The id is that of the
-- session in the tenant.

CREATE TABLE public.impersonations (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES public.operators (id),
    operator_session_id uuid NOT NULL,
    -- the record stays when the tenant is gone
    tenant_id uuid REFERENCES public.tenants (id) ON DELETE SET NULL,
    user_id uuid NOT NULL,
    user_email text NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 10 AND 500),
    started_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT impersonations_ends_at_check
        CHECK (ends_at > started_at AND ends_at <= started_at + interval '1 hour')
);
CREATE INDEX impersonations_started_at_idx ON public.impersonations (started_at, id);
CREATE INDEX impersonations_operator_id_idx ON public.impersonations (operator_id);
CREATE INDEX impersonations_tenant_id_idx ON public.impersonations (tenant_id);
