-- Beside people: programs that work under an account of their own, and platform users who enter
-- the tenant through an account here. Neither has a password or takes a seat.
ALTER TABLE users ADD COLUMN kind text NOT NULL DEFAULT 'person'
    CONSTRAINT users_kind_check CHECK (kind IN ('person', 'linked', 'service'));
CREATE INDEX users_kind_idx ON users (kind, last_name, id) WHERE kind <> 'person';
