-- Projects, their tasks and documents. A row with deleted_at is in the trash: it can be restored.

CREATE TABLE projects (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    status text NOT NULL
        CHECK (status IN ('planned', 'active', 'on_hold', 'completed', 'archived')),
    start_date date,
    due_date date,
    assigned_to uuid REFERENCES users (id) ON DELETE SET NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz
);
CREATE INDEX projects_created_at_idx ON projects (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_updated_at_idx ON projects (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_name_idx ON projects (name, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_status_idx ON projects (status, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_due_date_idx ON projects (due_date, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_assigned_to_idx ON projects (assigned_to);
CREATE INDEX projects_search_idx ON projects
    USING gin (name extensions.gin_trgm_ops, description extensions.gin_trgm_ops);

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    status text NOT NULL
        CHECK (status IN ('todo', 'in_progress', 'in_review', 'done', 'cancelled')),
    priority integer NOT NULL CHECK (priority BETWEEN 0 AND 3),
    due_date date,
    completed_at timestamptz,
    assigned_to uuid REFERENCES users (id) ON DELETE SET NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz,
    CONSTRAINT tasks_completed_at_check CHECK ((status = 'done') = (completed_at IS NOT NULL))
);
CREATE INDEX tasks_created_at_idx ON tasks (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_updated_at_idx ON tasks (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_project_id_idx ON tasks (project_id, created_at, id);
CREATE INDEX tasks_assigned_to_idx ON tasks (assigned_to, created_at, id);
CREATE INDEX tasks_status_idx ON tasks (status, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_priority_idx ON tasks (priority, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_due_date_idx ON tasks (due_date, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_title_idx ON tasks (title, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_search_idx ON tasks
    USING gin (title extensions.gin_trgm_ops, description extensions.gin_trgm_ops);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    project_id uuid REFERENCES projects (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    content_type text CHECK (char_length(content_type) <= 255),
    byte_size bigint CHECK (byte_size >= 0),
    checksum text CHECK (checksum ~ '^[0-9a-f]{64}$'),
    -- where the bytes are, once there are any; never shown to callers
    storage_key text,
    assigned_to uuid REFERENCES users (id) ON DELETE SET NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz
);
CREATE INDEX documents_created_at_idx ON documents (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_updated_at_idx ON documents (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_project_id_idx ON documents (project_id, created_at, id);
CREATE INDEX documents_assigned_to_idx ON documents (assigned_to);
CREATE INDEX documents_name_idx ON documents (name, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_search_idx ON documents
    USING gin (name extensions.gin_trgm_ops, description extensions.gin_trgm_ops);
