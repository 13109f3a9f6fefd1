-- A second proof at sign-in: codes that an app on a phone makes (RFC 6238), and codes on paper.

CREATE TABLE second_factors (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- encrypted with a key of the server's
    secret bytea NOT NULL,
    -- before that it is asked of nobody
    confirmed_at timestamptz,
    -- the newest period whose code was used: no code works twice
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
    hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX recovery_codes_user_id_idx ON recovery_codes (user_id);

-- Sign-ins between the password and the second proof.
CREATE TABLE sign_in_challenges (
    hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_challenges_user_id_idx ON sign_in_challenges (user_id);

-- One row, once there is a policy.
CREATE TABLE security_policy (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    require_totp_for_roles text[] NOT NULL DEFAULT '{}'
        CHECK (require_totp_for_roles <@ ARRAY['owner', 'manager', 'member', 'guest']),
    updated_at timestamptz NOT NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
