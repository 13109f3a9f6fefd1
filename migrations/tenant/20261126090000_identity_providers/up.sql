-- Sign-in through others (OpenID Connect): which providers there are, and who is who there.

CREATE TABLE identity_providers (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    issuer text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 500),
    client_id text NOT NULL CHECK (char_length(client_id) BETWEEN 1 AND 300),
    -- encrypted with a key of the server's; none for a public client
    client_secret bytea,
    scopes text NOT NULL DEFAULT 'openid email profile'
        CHECK (char_length(scopes) BETWEEN 1 AND 500),
    -- in lower case
    allowed_email_domains text[] NOT NULL DEFAULT '{}',
    creates_users boolean NOT NULL DEFAULT false,
    default_role text NOT NULL DEFAULT 'member'
        CHECK (default_role IN ('manager', 'member', 'guest')),
    links_by_email boolean NOT NULL DEFAULT true,
    asks_second_factor boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    -- or whoever has an account there would have one here
    CONSTRAINT identity_providers_creates_users_check
        CHECK (NOT creates_users OR cardinality(allowed_email_domains) > 0)
);
CREATE INDEX identity_providers_name_idx ON identity_providers (name, id);

-- Whom a provider knows under which subject. A subject means nothing without its provider.
CREATE TABLE user_identities (
    id uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- as the provider last told it
    email text CHECK (char_length(email) <= 254),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    CONSTRAINT user_identities_subject_key UNIQUE (provider_id, subject)
);
CREATE INDEX user_identities_user_id_idx ON user_identities (user_id);

-- Sign-ins between the page here and the page of the provider.
CREATE TABLE oidc_sign_ins (
    state_hash bytea PRIMARY KEY,
    -- of what the page keeps to itself
    binding_hash bytea NOT NULL,
    provider_id uuid NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    nonce text NOT NULL,
    pkce_verifier text NOT NULL,
    redirect_uri text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX oidc_sign_ins_expires_at_idx ON oidc_sign_ins (expires_at);
CREATE INDEX oidc_sign_ins_provider_id_idx ON oidc_sign_ins (provider_id);

-- What was opened through a provider ends with it.
ALTER TABLE sessions
    ADD COLUMN identity_provider_id uuid REFERENCES identity_providers (id) ON DELETE CASCADE;
CREATE INDEX sessions_identity_provider_id_idx ON sessions (identity_provider_id)
    WHERE identity_provider_id IS NOT NULL;
ALTER TABLE sign_in_challenges
    ADD COLUMN identity_provider_id uuid REFERENCES identity_providers (id) ON DELETE CASCADE;
CREATE INDEX sign_in_challenges_identity_provider_id_idx
    ON sign_in_challenges (identity_provider_id) WHERE identity_provider_id IS NOT NULL;
