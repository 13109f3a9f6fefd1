-- Tasks and documents are about a client or a case as well as about a project.

-- What is in a case names its client too; where the case goes, it follows.
ALTER TABLE cases ADD CONSTRAINT cases_id_client_id_key UNIQUE (id, client_id);

ALTER TABLE tasks
    ALTER COLUMN project_id DROP NOT NULL,
    ADD COLUMN client_id uuid REFERENCES clients (id) ON DELETE CASCADE,
    ADD COLUMN case_id uuid,
    ADD CONSTRAINT tasks_case_id_fkey FOREIGN KEY (case_id, client_id)
        REFERENCES cases (id, client_id) ON UPDATE CASCADE ON DELETE CASCADE,
    ADD CONSTRAINT tasks_place_check CHECK (project_id IS NOT NULL OR client_id IS NOT NULL),
    ADD CONSTRAINT tasks_client_of_case_check CHECK (case_id IS NULL OR client_id IS NOT NULL);
CREATE INDEX tasks_client_id_idx ON tasks (client_id, created_at, id) WHERE client_id IS NOT NULL;
CREATE INDEX tasks_case_id_idx ON tasks (case_id, created_at, id) WHERE case_id IS NOT NULL;

ALTER TABLE documents
    ADD COLUMN client_id uuid REFERENCES clients (id) ON DELETE CASCADE,
    ADD COLUMN case_id uuid,
    ADD CONSTRAINT documents_case_id_fkey FOREIGN KEY (case_id, client_id)
        REFERENCES cases (id, client_id) ON UPDATE CASCADE ON DELETE CASCADE,
    ADD CONSTRAINT documents_client_of_case_check CHECK (case_id IS NULL OR client_id IS NOT NULL);
CREATE INDEX documents_client_id_idx ON documents (client_id, created_at, id)
    WHERE client_id IS NOT NULL;
CREATE INDEX documents_case_id_idx ON documents (case_id, created_at, id)
    WHERE case_id IS NOT NULL;
