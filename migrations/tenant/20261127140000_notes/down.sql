DELETE FROM event_handlers WHERE event_type LIKE 'Note.%' OR config LIKE '%"MENTIONED"%';
DROP TABLE notes;
