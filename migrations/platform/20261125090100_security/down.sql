DROP TABLE public.security_events;
