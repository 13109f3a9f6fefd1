DROP TABLE object_grants;
DROP TABLE user_permissions;
DROP TABLE group_permissions;
DROP TABLE group_members;
DROP TABLE groups;
-- Nobody gains by going back: who had nothing but grants can't sign in any more.
UPDATE users SET is_active = false, role = 'member' WHERE role = 'guest';
ALTER TABLE users DROP CONSTRAINT users_role_check;
ALTER TABLE users ADD CONSTRAINT users_role_check
    CHECK (role IN ('owner', 'manager', 'member'));
