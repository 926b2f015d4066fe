-- System mail that waits to be sent. `sealed` carries one-time links: readable with the master key only.
CREATE TABLE letter (
  id         uuid PRIMARY KEY,
  about      text NOT NULL,
  sealed     bytea NOT NULL,
  tries      integer NOT NULL DEFAULT 0,
  due_at     timestamptz NOT NULL,
  given_up   boolean NOT NULL DEFAULT false,
  error      text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);
CREATE INDEX letter_due ON letter (due_at) WHERE NOT given_up;

-- Where somebody is signed in, so that a forgotten session can be found and ended.
ALTER TABLE operator_session
  ADD COLUMN address    text NOT NULL DEFAULT '',
  ADD COLUMN user_agent text NOT NULL DEFAULT '',
  ADD COLUMN seen_at    timestamptz;
