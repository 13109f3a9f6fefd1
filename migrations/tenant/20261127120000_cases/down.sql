DELETE FROM event_handlers WHERE event_type LIKE 'Case.%';
DROP TABLE cases;
