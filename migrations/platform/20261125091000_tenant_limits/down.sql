DROP TABLE public.tenant_limits;
