-- Keys with which programs call the API, in place of a session.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- names of permissions, apart by spaces; * stands for all of the account's
    scopes text NOT NULL CHECK (scopes <> ''),
    -- how the newest secret begins
    prefix text NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX api_keys_user_id_idx ON api_keys (user_id, created_at, id);
CREATE INDEX api_keys_created_at_idx ON api_keys (created_at, id);

-- One for each key, and after a rotation the one before for a while. Only hashes.
CREATE TABLE api_key_secrets (
    prefix text PRIMARY KEY,
    api_key_id uuid NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX api_key_secrets_api_key_id_idx ON api_key_secrets (api_key_id);
