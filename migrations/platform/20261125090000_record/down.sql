DROP TABLE public.audit_head;
DROP TABLE public.audit_log;
