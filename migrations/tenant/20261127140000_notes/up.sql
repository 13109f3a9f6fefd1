-- What people write down about clients and their cases.

CREATE TABLE notes (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    case_id uuid,
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 20000),
    is_pinned boolean NOT NULL DEFAULT false,
    -- the users whose names stand in it behind an @
    mentions uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(mentions) <= 20),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz,
    CONSTRAINT notes_case_id_fkey FOREIGN KEY (case_id, client_id)
        REFERENCES cases (id, client_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX notes_created_at_idx ON notes (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX notes_updated_at_idx ON notes (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX notes_client_id_idx ON notes (client_id, created_at, id);
CREATE INDEX notes_case_id_idx ON notes (case_id, created_at, id) WHERE case_id IS NOT NULL;
CREATE INDEX notes_search_idx ON notes USING gin (body extensions.gin_trgm_ops);

INSERT INTO event_handlers
    (id, name, event_type, kind, config, is_enabled, is_paused, created_at, updated_at)
VALUES
    (gen_random_uuid(), 'Mentioned in a note', 'Note.mentions.*', 'notification',
     '{"recipients":["MENTIONED"],"about":"MENTION","title":"{{ actor.name }} has mentioned you in a note","body":""}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Mentioned in a note, by mail', 'Note.mentions.*', 'email',
     '{"recipients":["MENTIONED"],"about":"MENTION","title":"{{ actor.name }} has mentioned you in a note","body":"{{ actor.name }} has mentioned you in a note about a client."}',
     true, false, now(), now());
