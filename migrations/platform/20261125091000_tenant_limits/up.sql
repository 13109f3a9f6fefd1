-- Figures of a tenant's own, in place of the server's; null is the server's.

CREATE TABLE public.tenant_limits (
    tenant_id uuid PRIMARY KEY REFERENCES public.tenants (id) ON DELETE CASCADE,
    api_per_minute integer CHECK (api_per_minute >= 1),
    api_burst integer CHECK (api_burst >= 1),
    burst_per_minute integer CHECK (burst_per_minute >= 1),
    auth_per_minute integer CHECK (auth_per_minute >= 1),
    anonymous_per_hour integer CHECK (anonymous_per_hour >= 1),
    signed_in_per_hour integer CHECK (signed_in_per_hour >= 1),
    tenant_per_minute integer CHECK (tenant_per_minute >= 1),
    cost_per_minute integer CHECK (cost_per_minute >= 1),
    concurrency integer CHECK (concurrency >= 1),
    statement_timeout_ms integer CHECK (statement_timeout_ms >= 1),
    trusted_documents_only boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
);
