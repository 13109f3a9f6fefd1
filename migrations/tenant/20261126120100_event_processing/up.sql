-- Events are the rows of audit_log that are about tracked entities; what is here says who does
-- something about them, and how far that is. Nothing is written here by the change itself.

-- Up to which row of audit_log it is known who handles it. Rows come in the order of their commits,
-- so that none can appear behind it. What was recorded before there were handlers is passed over.
CREATE TABLE event_cursor (
    is_cursor boolean PRIMARY KEY CHECK (is_cursor),
    seq bigint NOT NULL,
    is_paused boolean NOT NULL,
    pause_reason text NOT NULL
);
INSERT INTO event_cursor SELECT true, COALESCE((SELECT seq FROM audit_head), 0), false, '';

-- What is done about which events.
CREATE TABLE event_handlers (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- a pattern, such as Task.assigned_to.UPDATE
    event_type text NOT NULL CHECK (char_length(event_type) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind IN ('notification', 'email')),
    -- JSON: conditions, recipients, templates; checked by the server
    config text NOT NULL,
    is_enabled boolean NOT NULL,
    is_paused boolean NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX event_handlers_created_at_idx ON event_handlers (created_at, id);
CREATE INDEX event_handlers_created_by_idx ON event_handlers (created_by);
CREATE INDEX event_handlers_updated_by_idx ON event_handlers (updated_by);

-- One event for one handler.
CREATE TABLE event_deliveries (
    -- of audit_log
    seq bigint NOT NULL,
    handler_id uuid NOT NULL REFERENCES event_handlers (id) ON DELETE CASCADE,
    object_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    -- counts up with each attempt: only the last one may say how it ended
    attempts integer NOT NULL,
    -- the next attempt; while one runs, when it is given up for lost
    due_at timestamptz NOT NULL,
    last_error text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (seq, handler_id)
);
CREATE INDEX event_deliveries_due_at_idx ON event_deliveries (due_at, seq)
    WHERE status IN ('pending', 'processing');
CREATE INDEX event_deliveries_order_idx ON event_deliveries (handler_id, object_id, seq)
    WHERE status IN ('pending', 'processing');
CREATE INDEX event_deliveries_failed_idx ON event_deliveries (seq) WHERE status = 'failed';
CREATE INDEX event_deliveries_completed_idx ON event_deliveries (updated_at)
    WHERE status = 'completed';

-- What users are told.
CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('assignment', 'stage', 'overdue', 'mention', 'other')),
    title text NOT NULL,
    body text NOT NULL,
    -- what it is about: what its ids begin with, and which one
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    -- of audit_log
    event_seq bigint NOT NULL,
    handler_id uuid NOT NULL,
    read_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (event_seq, handler_id, user_id)
);
CREATE INDEX notifications_user_idx ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread_idx ON notifications (user_id) WHERE read_at IS NULL;
CREATE INDEX notifications_created_at_idx ON notifications (created_at);

-- How users want to be told. Without a row: in the application and by mail.
CREATE TABLE notification_preferences (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('assignment', 'stage', 'overdue', 'mention', 'other')),
    in_app boolean NOT NULL,
    email boolean NOT NULL,
    PRIMARY KEY (user_id, kind)
);

-- What every tenant begins with.
INSERT INTO event_handlers
    (id, name, event_type, kind, config, is_enabled, is_paused, created_at, updated_at)
VALUES
    (gen_random_uuid(), 'Client assigned', 'Client.assigned_to.*', 'notification',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.full_name }} is assigned to you","body":"{{ actor.name }} has assigned the client to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Client assigned, by mail', 'Client.assigned_to.*', 'email',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.full_name }} is assigned to you","body":"{{ actor.name }} has assigned the client {{ entity.full_name }} to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Task assigned', 'Task.assigned_to.*', 'notification',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.title }}","body":"{{ actor.name }} has assigned the task to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Task assigned, by mail', 'Task.assigned_to.*', 'email',
     '{"recipients":["ASSIGNEE"],"about":"ASSIGNMENT","title":"{{ entity.title }}","body":"{{ actor.name }} has assigned the task {{ entity.title }} to you."}',
     true, false, now(), now()),
    (gen_random_uuid(), 'Stage changed', 'Client.stage_id.UPDATE', 'notification',
     '{"recipients":["ASSIGNEE"],"about":"STAGE","title":"{{ entity.full_name }} is in another stage","body":"{{ actor.name }} has moved the client."}',
     true, false, now(), now());
