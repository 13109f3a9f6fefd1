-- Tables of the platform, in schema public. Tenants' roles have no rights on any of them.

CREATE SCHEMA IF NOT EXISTS extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;

CREATE TABLE public.organizations (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE public.tenants (
    id uuid PRIMARY KEY,
    organization_id uuid REFERENCES public.organizations (id),
    schema_name text NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    created_on date NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    subscription_status text NOT NULL DEFAULT 'trial'
        CHECK (subscription_status IN ('trial', 'active', 'past_due', 'cancelled')),
    max_users integer NOT NULL DEFAULT 50 CHECK (max_users >= 1),
    shard text NOT NULL DEFAULT 'default' CHECK (char_length(shard) BETWEEN 1 AND 63),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT tenants_schema_name_key UNIQUE (schema_name),
    CONSTRAINT tenants_schema_name_check CHECK (schema_name ~ '^t_[a-z][a-z0-9_]{0,60}$')
);
CREATE INDEX tenants_organization_id_idx ON public.tenants (organization_id);
CREATE INDEX tenants_name_idx ON public.tenants (name, id);
CREATE INDEX tenants_search_idx ON public.tenants
    USING gin (name extensions.gin_trgm_ops, schema_name extensions.gin_trgm_ops);

CREATE TABLE public.domains (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
    domain text NOT NULL CHECK (char_length(domain) BETWEEN 1 AND 253 AND domain = lower(domain)),
    is_primary boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX domains_domain_key ON public.domains (lower(domain));
CREATE UNIQUE INDEX domains_is_primary_key ON public.domains (tenant_id) WHERE is_primary;
CREATE INDEX domains_tenant_id_idx ON public.domains (tenant_id);

-- Platform users; tenants keep their own users in their own schemas.
CREATE TABLE public.operators (
    id uuid PRIMARY KEY,
    username text NOT NULL CHECK (char_length(username) BETWEEN 1 AND 254),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    first_name text NOT NULL DEFAULT '',
    last_name text NOT NULL DEFAULT '',
    password_hash text,
    is_active boolean NOT NULL DEFAULT true,
    last_sign_in_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX operators_username_key ON public.operators (lower(username));
CREATE UNIQUE INDEX operators_email_key ON public.operators (lower(email));

CREATE TABLE public.operator_sessions (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES public.operators (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    ip text,
    user_agent text
);
CREATE INDEX operator_sessions_operator_id_idx ON public.operator_sessions (operator_id);

CREATE TABLE public.operator_refresh_tokens (
    hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES public.operator_sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX operator_refresh_tokens_session_id_idx ON public.operator_refresh_tokens (session_id);
