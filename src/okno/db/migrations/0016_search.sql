-- What search finds messages and notes by: filled beside the appends, made anew from the timeline at any time.
CREATE TABLE search_entry (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  at              timestamptz NOT NULL,
  actor           text NOT NULL,
  actor_id        uuid NOT NULL,
  note            boolean NOT NULL,
  words           tsvector NOT NULL,
  PRIMARY KEY (conversation_id, workspace_id, seq)
);
-- A short list of pending words: a search reads all of it.
CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (gin_pending_list_limit = 1024);
CREATE INDEX search_entry_at ON search_entry (workspace_id, at DESC, conversation_id DESC, seq DESC);
-- With the usual sample a rare word is taken for a common one, and the newest are walked for seconds.
ALTER TABLE search_entry ALTER COLUMN words SET STATISTICS 2000;

-- How far the making anew has come, in the order of the timeline's key; one row.
CREATE TABLE search_state (
  one             boolean PRIMARY KEY DEFAULT true CHECK (one),
  done            boolean NOT NULL,
  conversation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  workspace_id    bigint NOT NULL DEFAULT 0,
  seq             bigint NOT NULL DEFAULT 0
);
INSERT INTO search_state (done) SELECT NOT EXISTS (SELECT FROM event);
