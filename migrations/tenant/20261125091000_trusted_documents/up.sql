-- GraphQL documents that clients may run by their id.

CREATE TABLE trusted_documents (
    id uuid PRIMARY KEY,
    document_id text NOT NULL CHECK (char_length(document_id) BETWEEN 1 AND 200),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name text NOT NULL CHECK (char_length(name) <= 200),
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX trusted_documents_document_id_key ON trusted_documents (document_id);
CREATE INDEX trusted_documents_sha256_idx ON trusted_documents (sha256);
CREATE INDEX trusted_documents_sort_idx ON trusted_documents (created_at, id);
