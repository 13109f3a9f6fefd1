-- What the links in mails prove: that somebody reads the mail of an address. Good once.

CREATE TABLE account_tokens (
    hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_change')),
    -- where the mail went
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX account_tokens_user_id_idx ON account_tokens (user_id, purpose, created_at);
