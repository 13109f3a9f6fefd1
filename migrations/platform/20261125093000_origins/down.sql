ALTER TABLE tenants DROP COLUMN allowed_origins;
