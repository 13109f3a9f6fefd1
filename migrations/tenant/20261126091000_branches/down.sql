-- Nobody gains by going back: who held something in a branch holds it no more.
DELETE FROM group_permissions WHERE scope IN ('branch', 'region');
DELETE FROM user_permissions WHERE scope IN ('branch', 'region');
ALTER TABLE group_permissions DROP CONSTRAINT group_permissions_scope_check;
ALTER TABLE group_permissions ADD CONSTRAINT group_permissions_scope_check
    CHECK (scope IN ('all', 'own'));
ALTER TABLE user_permissions DROP CONSTRAINT user_permissions_scope_check;
ALTER TABLE user_permissions ADD CONSTRAINT user_permissions_scope_check
    CHECK (scope IN ('all', 'own'));
ALTER TABLE users DROP COLUMN branch_id;
DROP TABLE branches;
DROP TABLE regions;
