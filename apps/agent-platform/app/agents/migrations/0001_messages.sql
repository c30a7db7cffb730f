CREATE TABLE messages (
  id uuid PRIMARY KEY,
  text text NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'answered', 'failed')),
  answer text,
  created timestamptz NOT NULL DEFAULT now(),
  answered timestamptz
);

CREATE INDEX messages_queued ON messages (created) WHERE status = 'queued';
