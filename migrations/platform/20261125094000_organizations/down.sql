DROP TABLE public.organization_members;
DROP INDEX public.organizations_name_idx;
ALTER TABLE public.organizations DROP COLUMN max_tenants, DROP COLUMN version;
DROP INDEX public.operators_created_at_idx;
DROP INDEX public.operators_last_name_idx;
ALTER TABLE public.operators DROP COLUMN is_admin;
