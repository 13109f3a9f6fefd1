DROP TABLE client_tags;
DROP TABLE clients;
