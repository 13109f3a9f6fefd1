DROP TABLE public.signing_keys;
