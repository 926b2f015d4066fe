-- Conversations a retention policy has gone over: it need not look at them again until they are closed anew.
CREATE TABLE erased_conversation (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  erased_at       timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id)
);
