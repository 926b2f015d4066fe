-- Working together: conversations laid aside, tasks, mentions, views, and what was merged.

-- The list shows it: a conversation that is laid aside is in a list of its own. No append changes these columns.
ALTER TABLE conversation ADD COLUMN snoozed boolean NOT NULL DEFAULT false, ADD COLUMN snoozed_until timestamptz;
CREATE INDEX conversation_snoozed ON conversation (workspace_id, id) WHERE snoozed;

-- Why it is laid aside and what brings it back: the time, or a customer's message after `seq`.
CREATE TABLE snooze (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  until_at        timestamptz, -- null: only the customer brings it back
  seq             bigint NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (conversation_id, workspace_id)
);
CREATE INDEX snooze_due ON snooze (until_at) WHERE until_at IS NOT NULL;

CREATE TABLE task (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  conversation_id uuid,
  contact_id      uuid,
  text            text NOT NULL,
  assignee_id     uuid NOT NULL,
  author_id       uuid NOT NULL,
  due_at          timestamptz,
  told_at         timestamptz, -- when its assignee was told that it is due
  done_at         timestamptz,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX task_mine ON task (workspace_id, assignee_id, (coalesce(due_at, timestamptz '9999-12-31T00:00:00Z')), id) WHERE done_at IS NULL;
CREATE INDEX task_done ON task (workspace_id, assignee_id, done_at DESC, id) WHERE done_at IS NOT NULL;
CREATE INDEX task_conversation ON task (workspace_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX task_contact ON task (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX task_due ON task (due_at) WHERE done_at IS NULL AND told_at IS NULL AND due_at IS NOT NULL;
