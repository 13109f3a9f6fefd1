DROP INDEX users_kind_idx;
ALTER TABLE users DROP COLUMN kind;
