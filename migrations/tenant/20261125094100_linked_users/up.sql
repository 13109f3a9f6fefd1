-- Users of the platform in a tenant: the account they enter with, and the sessions that end with
-- theirs on the platform.

ALTER TABLE users ADD COLUMN operator_id uuid;
ALTER TABLE users ADD CONSTRAINT users_operator_id_key UNIQUE (operator_id);
-- They don't sign in here: their names and addresses may be a person's of the tenant, too.
DROP INDEX users_username_key;
DROP INDEX users_email_key;
CREATE UNIQUE INDEX users_username_key ON users (lower(username)) WHERE operator_id IS NULL;
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE operator_id IS NULL;

ALTER TABLE sessions
    ADD COLUMN operator_session_id uuid,
    ADD COLUMN impersonator_id uuid,
    ADD CONSTRAINT sessions_impersonator_check
        CHECK (impersonator_id IS NULL OR operator_session_id IS NOT NULL);
CREATE INDEX sessions_operator_session_id_idx ON sessions (operator_session_id)
    WHERE operator_session_id IS NOT NULL;
