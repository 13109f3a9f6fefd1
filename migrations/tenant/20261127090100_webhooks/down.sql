DELETE FROM event_handlers WHERE kind NOT IN ('notification', 'email');
ALTER TABLE event_handlers DROP CONSTRAINT event_handlers_kind_check;
ALTER TABLE event_handlers ADD CONSTRAINT event_handlers_kind_check
    CHECK (kind IN ('notification', 'email'));
DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
