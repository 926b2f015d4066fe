-- An operator's word to a visitor who has not written.
CREATE TABLE invitation (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  visitor_id      uuid NOT NULL,
  inbox_id        bigint NOT NULL,
  operator_id     uuid NOT NULL,
  text            text NOT NULL,
  created_at      timestamptz NOT NULL,
  shown_at        timestamptz,
  accepted_at     timestamptz,
  dismissed_at    timestamptz,
  conversation_id uuid,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX invitation_visitor ON invitation (workspace_id, visitor_id, created_at DESC);
CREATE INDEX invitation_day ON invitation (workspace_id, created_at);

-- What the widget shows by itself, and where. JSON of the structs of the same names.
ALTER TABLE inbox ADD COLUMN greetings text NOT NULL DEFAULT '[]', ADD COLUMN rules text NOT NULL DEFAULT '[]';

-- How greetings fare, by day; the browser tells.
CREATE TABLE greeting_count (
  workspace_id bigint NOT NULL,
  greeting_id  uuid NOT NULL,
  day          date NOT NULL,
  shown        integer NOT NULL DEFAULT 0,
  opened       integer NOT NULL DEFAULT 0,
  answered     integer NOT NULL DEFAULT 0,
  dismissed    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, greeting_id, day)
);
