DROP FUNCTION public.note_backlog();
DROP TABLE public.event_processing, public.event_backlog;
