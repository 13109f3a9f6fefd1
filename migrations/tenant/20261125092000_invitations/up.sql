-- People who were asked by mail to become users. The groups they will be in are kept as ids: one
-- that is gone by then is left out.

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    first_name text NOT NULL DEFAULT '' CHECK (char_length(first_name) <= 150),
    last_name text NOT NULL DEFAULT '' CHECK (char_length(last_name) <= 150),
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'member', 'guest')),
    group_ids uuid[] NOT NULL DEFAULT '{}',
    token_hash bytea NOT NULL,
    delivery text NOT NULL CHECK (delivery IN ('queued', 'sent', 'failed')),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid REFERENCES users (id) ON DELETE SET NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX invitations_token_hash_key ON invitations (token_hash);
-- One open invitation for each address.
CREATE UNIQUE INDEX invitations_email_key ON invitations (lower(email))
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_created_at_idx ON invitations (created_at, id);
