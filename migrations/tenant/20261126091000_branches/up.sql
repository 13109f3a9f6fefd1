-- Where a tenant works: branches, in regions. Users belong to a branch; a permission may be limited to
-- what is of it, or of its region.

CREATE TABLE regions (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX regions_name_key ON regions (lower(name));
CREATE UNIQUE INDEX regions_code_key ON regions (code);
CREATE INDEX regions_sort_idx ON regions (name, id);

CREATE TABLE branches (
    id uuid PRIMARY KEY,
    region_id uuid REFERENCES regions (id) ON DELETE SET NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
    address text NOT NULL DEFAULT '' CHECK (char_length(address) <= 500),
    phone text CHECK (char_length(phone) <= 50),
    email text CHECK (char_length(email) BETWEEN 3 AND 254),
    -- a name of the IANA's, such as Europe/Berlin
    time_zone text CHECK (char_length(time_zone) <= 64),
    is_active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX branches_name_key ON branches (lower(name));
CREATE UNIQUE INDEX branches_code_key ON branches (code);
CREATE INDEX branches_sort_idx ON branches (name, id);
CREATE INDEX branches_region_id_idx ON branches (region_id);

ALTER TABLE users ADD COLUMN branch_id uuid REFERENCES branches (id) ON DELETE SET NULL;
CREATE INDEX users_branch_id_idx ON users (branch_id);

ALTER TABLE group_permissions DROP CONSTRAINT group_permissions_scope_check;
ALTER TABLE group_permissions ADD CONSTRAINT group_permissions_scope_check
    CHECK (scope IN ('all', 'own', 'branch', 'region'));
ALTER TABLE user_permissions DROP CONSTRAINT user_permissions_scope_check;
ALTER TABLE user_permissions ADD CONSTRAINT user_permissions_scope_check
    CHECK (scope IN ('all', 'own', 'branch', 'region'));
