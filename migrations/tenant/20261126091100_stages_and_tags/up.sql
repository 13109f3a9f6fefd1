-- What clients and cases go through, and what they are marked with.

CREATE TABLE stages (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('client', 'case')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    position integer NOT NULL,
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
    outcome text NOT NULL CHECK (outcome IN ('open', 'won', 'lost')),
    -- where new ones begin
    is_default boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX stages_name_key ON stages (kind, lower(name));
CREATE UNIQUE INDEX stages_is_default_key ON stages (kind) WHERE is_default;
CREATE INDEX stages_sort_idx ON stages (kind, position, id);

-- What every tenant begins with; each changes it as it likes.
INSERT INTO stages (id, kind, name, position, colour, outcome, is_default, created_at, updated_at)
SELECT gen_random_uuid(), kind, name, position, colour, outcome, position = 1, now(), now()
FROM (VALUES
    ('client', 'New enquiry', 1, '#64748b', 'open'),
    ('client', 'Consultation', 2, '#0ea5e9', 'open'),
    ('client', 'Proposal sent', 3, '#8b5cf6', 'open'),
    ('client', 'Engaged', 4, '#f59e0b', 'open'),
    ('client', 'Completed', 5, '#16a34a', 'won'),
    ('client', 'Not proceeding', 6, '#dc2626', 'lost'),
    ('case', 'Collecting documents', 1, '#64748b', 'open'),
    ('case', 'Preparing application', 2, '#0ea5e9', 'open'),
    ('case', 'Ready to file', 3, '#6366f1', 'open'),
    ('case', 'Filed', 4, '#8b5cf6', 'open'),
    ('case', 'Biometrics and interview', 5, '#ec4899', 'open'),
    ('case', 'Further evidence requested', 6, '#f59e0b', 'open'),
    ('case', 'Approved', 7, '#16a34a', 'won'),
    ('case', 'Refused', 8, '#dc2626', 'lost'),
    ('case', 'Withdrawn', 9, '#78716c', 'lost')
) AS stage (kind, name, position, colour, outcome);

CREATE TABLE tags (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX tags_name_key ON tags (lower(name));
CREATE INDEX tags_sort_idx ON tags (name, id);
