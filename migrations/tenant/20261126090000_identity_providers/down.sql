-- Without the column they would pass for sessions that a password has opened.
DELETE FROM sessions WHERE identity_provider_id IS NOT NULL;
DELETE FROM sign_in_challenges WHERE identity_provider_id IS NOT NULL;
ALTER TABLE sign_in_challenges DROP COLUMN identity_provider_id;
ALTER TABLE sessions DROP COLUMN identity_provider_id;
DROP TABLE oidc_sign_ins;
DROP TABLE user_identities;
DROP TABLE identity_providers;
