DROP TABLE notification_preferences, notifications, event_deliveries, event_handlers, event_cursor;
