-- Origins whose pages may call a tenant's API, beside those of the configuration.
ALTER TABLE tenants ADD COLUMN allowed_origins text[] NOT NULL DEFAULT '{}'
    CHECK (cardinality(allowed_origins) <= 20);
