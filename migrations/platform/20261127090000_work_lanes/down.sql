DROP FUNCTION public.note_backlog(integer);
DELETE FROM public.event_backlog WHERE lane <> 0;
DROP INDEX public.event_backlog_due_at_idx;
ALTER TABLE public.event_backlog
    DROP CONSTRAINT event_backlog_pkey,
    DROP COLUMN lane,
    ADD PRIMARY KEY (tenant_id);
CREATE INDEX event_backlog_due_at_idx ON public.event_backlog (due_at);

CREATE FUNCTION public.note_backlog() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF current_setting('role') NOT LIKE 't\_%' THEN
        RETURN;
    END IF;
    INSERT INTO public.event_backlog (tenant_id, mark)
    VALUES (substr(current_setting('role'), 3)::uuid, txid_current())
    ON CONFLICT (tenant_id) DO UPDATE SET mark = excluded.mark, due_at = NULL;
END $$;
