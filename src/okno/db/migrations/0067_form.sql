-- What is asked before a chat: JSON of the struct `Form`.
ALTER TABLE inbox ADD COLUMN form text NOT NULL DEFAULT '{}';

-- What a person agreed to: the words themselves, their version, when and where.
CREATE TABLE consent (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  contact_id   uuid NOT NULL,
  purpose      text NOT NULL CHECK (purpose IN ('personal_data')),
  version      text NOT NULL,
  wording      text NOT NULL,
  source       text NOT NULL,
  given_at     timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX consent_contact ON consent (workspace_id, contact_id, given_at DESC);
