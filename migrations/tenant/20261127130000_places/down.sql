ALTER TABLE documents DROP COLUMN case_id, DROP COLUMN client_id;
DELETE FROM tasks WHERE project_id IS NULL;
ALTER TABLE tasks
    DROP COLUMN case_id,
    DROP COLUMN client_id,
    ALTER COLUMN project_id SET NOT NULL;
ALTER TABLE cases DROP CONSTRAINT cases_id_client_id_key;
