DELETE FROM sessions WHERE operator_session_id IS NOT NULL;
ALTER TABLE sessions DROP COLUMN impersonator_id, DROP COLUMN operator_session_id;
DELETE FROM users WHERE operator_id IS NOT NULL;
DROP INDEX users_email_key;
DROP INDEX users_username_key;
ALTER TABLE users DROP COLUMN operator_id;
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
