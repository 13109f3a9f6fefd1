-- Keys that sign access tokens, made by `taruvi keys rotate`. The private part is sealed with the
-- server's secret, and goes when the key has had its time. A row without one ends a key that is
-- configured elsewhere.
CREATE TABLE public.signing_keys (
    kid text PRIMARY KEY CHECK (char_length(kid) BETWEEN 1 AND 100),
    sealed bytea,
    -- unix seconds, as tokens count: signs from then on, and verifies until then
    signs_from bigint NOT NULL,
    verifies_until bigint,
    created_at timestamptz NOT NULL
);
