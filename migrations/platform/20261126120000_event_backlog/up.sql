-- Which tenants have events to handle: workers read this one table instead of every schema, so that
-- tenants in which nothing happens cost nothing. A row is written in the transaction of the change
-- and goes when nothing is left to do.

CREATE TABLE public.event_backlog (
    tenant_id uuid PRIMARY KEY,
    -- the transaction that added to it last: a worker that found nothing left takes the row away
    -- only if it is still the one it saw
    mark bigint NOT NULL,
    -- when there is something to do; null: now
    due_at timestamptz
);
CREATE INDEX event_backlog_due_at_idx ON public.event_backlog (due_at);

-- What a tenant's role may do to that table: say that its own tenant has something to handle. Whose
-- role it is, the session says, so there is no other tenant to name, and everybody may call it: a
-- grant for each role would be one row that all migrations and new tenants have to wait for.
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
-- Whether events are handled at all. One row.
CREATE TABLE public.event_processing (
    is_processing boolean PRIMARY KEY CHECK (is_processing),
    is_paused boolean NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid
);
INSERT INTO public.event_processing VALUES (true, false, '', now(), NULL);
