-- Platform users are not all administrators any more: the others may do what their organizations
-- give them.

ALTER TABLE public.operators ADD COLUMN is_admin boolean NOT NULL DEFAULT false;
UPDATE public.operators SET is_admin = true;
CREATE INDEX operators_last_name_idx ON public.operators (last_name, id);
CREATE INDEX operators_created_at_idx ON public.operators (created_at, id);

ALTER TABLE public.organizations
    ADD COLUMN max_tenants integer NOT NULL DEFAULT 10 CHECK (max_tenants >= 0),
    ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE INDEX organizations_name_idx ON public.organizations (name, id);

CREATE TABLE public.organization_members (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES public.organizations (id) ON DELETE CASCADE,
    operator_id uuid NOT NULL REFERENCES public.operators (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at timestamptz NOT NULL,
    CONSTRAINT organization_members_email_key UNIQUE (operator_id, organization_id)
);
CREATE INDEX organization_members_organization_id_idx
    ON public.organization_members (organization_id, created_at, id);
