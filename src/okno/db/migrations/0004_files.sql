-- Uploads in parts, what a file turned out to be, and the one message it belongs to.
ALTER TABLE workspace ADD COLUMN upload_types text[] NOT NULL DEFAULT '{}'; -- empty: the product's own list

ALTER TABLE attachment
  ADD COLUMN upload_bytes bigint NOT NULL DEFAULT 0,       -- the announced length; size_bytes is of what is served
  ADD COLUMN duration_s   double precision NOT NULL DEFAULT 0,
  ADD COLUMN message_id   uuid,                            -- client id of its message: a file is in one message
  ADD COLUMN note         boolean NOT NULL DEFAULT false,  -- in a note: never a customer's
  ADD COLUMN examined_by  timestamptz;                     -- somebody examines it until then
CREATE UNIQUE INDEX attachment_id ON attachment (id);
CREATE INDEX attachment_owner ON attachment (workspace_id, owner_id, created_at);
CREATE INDEX attachment_conversation ON attachment (workspace_id, conversation_id) WHERE conversation_id IS NOT NULL;

-- One object a part, numbered by where it begins; gone when the file is whole.
CREATE TABLE attachment_part (
  workspace_id  bigint NOT NULL,
  attachment_id uuid NOT NULL,
  from_bytes    bigint NOT NULL,
  size_bytes    bigint NOT NULL,
  object        text NOT NULL,
  PRIMARY KEY (workspace_id, attachment_id, from_bytes),
  FOREIGN KEY (workspace_id, attachment_id) REFERENCES attachment ON DELETE CASCADE
);

-- Small and few: ten kilobytes an operator, so they live where every process and every backup finds them.
CREATE TABLE operator_photo (
  hash       text PRIMARY KEY,
  image      bytea NOT NULL,
  created_at timestamptz NOT NULL
);
