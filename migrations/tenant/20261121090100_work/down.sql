DROP TABLE documents;
DROP TABLE tasks;
DROP TABLE projects;
