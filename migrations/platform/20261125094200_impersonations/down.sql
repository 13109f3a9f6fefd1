DROP TABLE public.impersonations;
