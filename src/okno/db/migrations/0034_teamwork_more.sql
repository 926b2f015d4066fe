-- Who was named in which note: told once.
CREATE TABLE mention (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  operator_id     uuid NOT NULL,
  author_id       uuid NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, operator_id, conversation_id, seq)
);

-- A list kept under a name, one's own or everybody's (operator_id null).
CREATE TABLE saved_view (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  operator_id  uuid,
  name         text NOT NULL,
  filter       text NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- One person behind several contacts: the others point to the one they are shown as. Nothing is moved, so that it can be
-- taken back, and no browser gets to read what it has not proved to be its own.
ALTER TABLE contact ADD COLUMN merged_into uuid;
CREATE INDEX contact_merged ON contact (workspace_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE contact_merge (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  into_id      uuid NOT NULL,
  from_id      uuid NOT NULL,
  moved        uuid[] NOT NULL, -- from_id and what pointed to it
  from_name    text NOT NULL,   -- as it was, for taking back
  operator_id  uuid NOT NULL,
  created_at   timestamptz NOT NULL,
  undone_at    timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX contact_merge_into ON contact_merge (workspace_id, into_id) WHERE undone_at IS NULL;
