-- Applications that a tenant makes for its clients.

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    case_type text CHECK (char_length(case_type) BETWEEN 1 AND 100),
    -- ISO 3166-1 alpha-2
    country text CHECK (country ~ '^[A-Z]{2}$'),
    -- what the authority calls it
    reference text CHECK (char_length(reference) BETWEEN 1 AND 100),
    stage_id uuid NOT NULL REFERENCES stages (id),
    assigned_to uuid REFERENCES users (id) ON DELETE SET NULL,
    file_by date,
    filed_on date,
    respond_by date,
    decided_on date,
    fee_amount numeric CHECK (fee_amount >= 0 AND fee_amount < 1e12 AND scale(fee_amount) <= 3),
    -- ISO 4217
    fee_currency text CHECK (fee_currency ~ '^[A-Z]{3}$'),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz,
    CONSTRAINT cases_fee_check CHECK ((fee_amount IS NULL) = (fee_currency IS NULL))
);
CREATE INDEX cases_created_at_idx ON cases (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX cases_updated_at_idx ON cases (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX cases_title_idx ON cases (title, id) WHERE deleted_at IS NULL;
CREATE INDEX cases_file_by_idx ON cases (file_by, id) WHERE deleted_at IS NULL;
CREATE INDEX cases_respond_by_idx ON cases (respond_by, id) WHERE deleted_at IS NULL;
CREATE INDEX cases_client_id_idx ON cases (client_id, created_at, id);
CREATE INDEX cases_stage_id_idx ON cases (stage_id, created_at, id);
CREATE INDEX cases_assigned_to_idx ON cases (assigned_to, created_at, id);
CREATE INDEX cases_search_idx ON cases USING gin (title extensions.gin_trgm_ops,
    case_type extensions.gin_trgm_ops, reference extensions.gin_trgm_ops);

INSERT INTO event_handlers
    (id, name, event_type, kind, config, is_enabled, is_paused, created_at, updated_at)
VALUES
    (gen_random_uuid(), 'Case assigned', 'Case.assigned_to.*', 'notification',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.title }} is assigned to you","body":"{{ actor.name }} has assigned the case to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Case assigned, by mail', 'Case.assigned_to.*', 'email',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.title }} is assigned to you","body":"{{ actor.name }} has assigned the case {{ entity.title }} to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Case in another stage', 'Case.stage_id.UPDATE', 'notification',
     '{"recipients":["ASSIGNEE"],"about":"STAGE","title":"{{ entity.title }} is in another stage","body":"{{ actor.name }} has moved the case."}',
     true, false, now(), now());
