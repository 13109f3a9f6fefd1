-- What people may do beyond their role: groups, direct permissions, and grants on single objects.

ALTER TABLE users DROP CONSTRAINT users_role_check;
ALTER TABLE users ADD CONSTRAINT users_role_check
    CHECK (role IN ('owner', 'manager', 'member', 'guest'));

CREATE TABLE groups (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX groups_name_key ON groups (lower(name));
CREATE INDEX groups_sort_idx ON groups (name, id);

CREATE TABLE group_members (
    group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_members_group_id_idx ON group_members (group_id, user_id);

CREATE TABLE group_permissions (
    group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    permission text NOT NULL CHECK (permission ~ '^[a-z_]+\.[a-z_]+$'),
    scope text NOT NULL CHECK (scope IN ('all', 'own')),
    PRIMARY KEY (group_id, permission)
);

CREATE TABLE user_permissions (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    permission text NOT NULL CHECK (permission ~ '^[a-z_]+\.[a-z_]+$'),
    scope text NOT NULL CHECK (scope IN ('all', 'own')),
    PRIMARY KEY (user_id, permission)
);

-- A permission on one object. The holder is a user or a group; an object that holds others (a
-- project) passes the permission on to what is in it.
CREATE TABLE object_grants (
    id uuid PRIMARY KEY,
    permission text NOT NULL CHECK (permission ~ '^[a-z_]+\.[a-z_]+$'),
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    group_id uuid REFERENCES groups (id) ON DELETE CASCADE,
    holder_id uuid NOT NULL GENERATED ALWAYS AS (COALESCE(user_id, group_id)) STORED,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT object_grants_holder_check CHECK (num_nonnulls(user_id, group_id) = 1)
);
-- What a holder was granted, one kind of object after the other.
CREATE UNIQUE INDEX object_grants_key
    ON object_grants (holder_id, permission, object_kind, object_id);
-- Whether a row was granted.
CREATE INDEX object_grants_object_id_idx ON object_grants (object_id, permission, holder_id);
CREATE INDEX object_grants_created_at_idx ON object_grants (created_at, id);
CREATE INDEX object_grants_user_id_idx ON object_grants (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX object_grants_group_id_idx ON object_grants (group_id) WHERE group_id IS NOT NULL;
