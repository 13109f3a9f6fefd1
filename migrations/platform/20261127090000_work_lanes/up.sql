-- Besides events to handle, tenants have webhooks to send. Those wait for machines that may never
-- answer, so they have workers of their own: each kind of work is a lane (0: events, 1: webhooks).
DROP FUNCTION public.note_backlog();
ALTER TABLE public.event_backlog
    ADD COLUMN lane integer NOT NULL DEFAULT 0 CHECK (lane IN (0, 1)),
    DROP CONSTRAINT event_backlog_pkey,
    ADD PRIMARY KEY (tenant_id, lane);
DROP INDEX public.event_backlog_due_at_idx;
CREATE INDEX event_backlog_due_at_idx ON public.event_backlog (lane, due_at);

CREATE FUNCTION public.note_backlog(of_lane integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF current_setting('role') NOT LIKE 't\_%' THEN
        RETURN;
    END IF;
    INSERT INTO public.event_backlog (tenant_id, lane, mark)
    VALUES (substr(current_setting('role'), 3)::uuid, of_lane, txid_current())
    ON CONFLICT (tenant_id, lane) DO UPDATE SET mark = excluded.mark, due_at = NULL;
END $$;
