CREATE TABLE memories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    text text NOT NULL,
    entities jsonb NOT NULL,
    relations jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When analytics has taken it.
    indexed_at timestamptz
);

CREATE INDEX memories_pending ON memories (created_at) WHERE indexed_at IS NULL;
