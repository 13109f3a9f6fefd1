DROP TABLE public.operator_refresh_tokens;
DROP TABLE public.operator_sessions;
DROP TABLE public.operators;
DROP TABLE public.domains;
DROP TABLE public.tenants;
DROP TABLE public.organizations;
