-- The people that a tenant works for. Their names and addresses are nobody's key: two people may
-- share them, and the same person may have come twice.

CREATE TABLE clients (
    id uuid PRIMARY KEY,
    first_name text NOT NULL DEFAULT '' CHECK (char_length(first_name) <= 150),
    middle_name text NOT NULL DEFAULT '' CHECK (char_length(middle_name) <= 150),
    last_name text NOT NULL DEFAULT '' CHECK (char_length(last_name) <= 150),
    preferred_name text NOT NULL DEFAULT '' CHECK (char_length(preferred_name) <= 150),
    full_name text NOT NULL GENERATED ALWAYS AS (
        btrim(first_name || ' ' || CASE WHEN middle_name = '' THEN '' ELSE middle_name || ' ' END
            || last_name)) STORED,
    email text CHECK (char_length(email) BETWEEN 3 AND 254),
    phone text CHECK (char_length(phone) <= 50),
    date_of_birth date,
    -- countries are ISO 3166-1 alpha-2
    country_of_birth text CHECK (country_of_birth ~ '^[A-Z]{2}$'),
    nationality text CHECK (nationality ~ '^[A-Z]{2}$'),
    country_of_residence text CHECK (country_of_residence ~ '^[A-Z]{2}$'),
    passport_number text CHECK (char_length(passport_number) BETWEEN 1 AND 50),
    passport_country text CHECK (passport_country ~ '^[A-Z]{2}$'),
    passport_issued_on date,
    passport_expires_on date,
    visa_type text CHECK (char_length(visa_type) BETWEEN 1 AND 100),
    visa_number text CHECK (char_length(visa_number) BETWEEN 1 AND 50),
    visa_expires_on date,
    address text NOT NULL DEFAULT '' CHECK (char_length(address) <= 500),
    -- BCP 47
    language text CHECK (char_length(language) BETWEEN 2 AND 35),
    source text CHECK (char_length(source) BETWEEN 1 AND 100),
    stage_id uuid NOT NULL REFERENCES stages (id),
    assigned_to uuid REFERENCES users (id) ON DELETE SET NULL,
    branch_id uuid REFERENCES branches (id) ON DELETE SET NULL,
    -- in the trash, because all that was about them is about this one now
    merged_into uuid REFERENCES clients (id) ON DELETE SET NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    updated_by uuid REFERENCES users (id) ON DELETE SET NULL,
    deleted_at timestamptz
);
CREATE INDEX clients_created_at_idx ON clients (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_updated_at_idx ON clients (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_full_name_idx ON clients (full_name, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_last_name_idx ON clients (last_name, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_visa_expires_on_idx ON clients (visa_expires_on, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_passport_expires_on_idx ON clients (passport_expires_on, id)
    WHERE deleted_at IS NULL;
CREATE INDEX clients_stage_id_idx ON clients (stage_id, created_at, id);
CREATE INDEX clients_assigned_to_idx ON clients (assigned_to, created_at, id);
CREATE INDEX clients_branch_id_idx ON clients (branch_id, created_at, id);
CREATE INDEX clients_merged_into_idx ON clients (merged_into) WHERE merged_into IS NOT NULL;
-- Duplicates are looked for by these.
CREATE INDEX clients_email_idx ON clients (lower(email)) WHERE deleted_at IS NULL;
CREATE INDEX clients_phone_idx ON clients (regexp_replace(phone, '[^0-9]', '', 'g'))
    WHERE deleted_at IS NULL;
CREATE INDEX clients_born_idx ON clients (date_of_birth, lower(full_name)) WHERE deleted_at IS NULL;
CREATE INDEX clients_search_idx ON clients USING gin (full_name extensions.gin_trgm_ops,
    preferred_name extensions.gin_trgm_ops, email extensions.gin_trgm_ops,
    phone extensions.gin_trgm_ops);

CREATE TABLE client_tags (
    client_id uuid NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    tag_id uuid NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (client_id, tag_id)
);
CREATE INDEX client_tags_tag_id_idx ON client_tags (tag_id, client_id);
