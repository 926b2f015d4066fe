-- Conversations joined and parted. Nothing is moved: a merged one points to the one it continues in, what was split off
-- refers to the messages it came from.
ALTER TABLE conversation
  ADD COLUMN apart       boolean NOT NULL DEFAULT false, -- opened beside the customer's own, by a split
  ADD COLUMN merged_into uuid,
  ADD COLUMN merged      uuid[] NOT NULL DEFAULT '{}';   -- those that point here

-- One open conversation a contact, beside what was split off.
CREATE UNIQUE INDEX conversation_one_open ON conversation (workspace_id, contact_id) WHERE status = 'open' AND NOT apart;
DROP INDEX conversation_open;
CREATE INDEX conversation_open ON conversation (workspace_id, contact_id) WHERE status = 'open';

CREATE TABLE conversation_merge (
  workspace_id  bigint NOT NULL REFERENCES workspace,
  id            uuid NOT NULL,
  into_id       uuid NOT NULL,
  from_id       uuid NOT NULL,
  moved         uuid[] NOT NULL, -- from_id and what pointed to it
  swapped       boolean NOT NULL, -- the customer's own one was merged: the other has become it
  -- What was merged, as it was: for taking back.
  status        text NOT NULL CHECK (status IN ('open', 'closed')),
  apart         boolean NOT NULL,
  turn          text NOT NULL,
  assignee_id   uuid,
  team_id       bigint NOT NULL,
  waiting_since timestamptz,
  closed_at     timestamptz,
  into_waiting  timestamptz, -- since when the customer waited in the other one
  operator_id   uuid NOT NULL,
  created_at    timestamptz NOT NULL,
  undone_at     timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX conversation_merge_from ON conversation_merge (workspace_id, from_id) WHERE undone_at IS NULL;

-- Which messages continue elsewhere; the last split counts. Files of theirs are seen there, too.
CREATE TABLE split_message (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  into_id         uuid NOT NULL,
  files           uuid[] NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, seq)
);
CREATE INDEX split_message_file ON split_message USING gin (files) WHERE files <> '{}';

ALTER TABLE queue_entry DROP CONSTRAINT queue_entry_leave_reason_check;
ALTER TABLE queue_entry ADD CONSTRAINT queue_entry_leave_reason_check
  CHECK (leave_reason IN ('assigned', 'taken', 'answered', 'closed', 'abandoned', 'moved', 'bot', 'merged'));
