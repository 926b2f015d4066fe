-- What of a dialogue customers may take with them. Without a row both are on.
CREATE TABLE transcript_settings (
  workspace_id bigint PRIMARY KEY REFERENCES workspace,
  download     boolean NOT NULL,
  email        boolean NOT NULL
);

-- Copies sent by e-mail, so that nobody is flooded through us. Addresses are digests.
CREATE TABLE transcript_letter (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  address      bytea NOT NULL,
  visitor_id   uuid,
  sent_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX transcript_letter_address ON transcript_letter (workspace_id, address, sent_at);
CREATE INDEX transcript_letter_visitor ON transcript_letter (workspace_id, visitor_id, sent_at) WHERE visitor_id IS NOT NULL;
CREATE INDEX transcript_letter_sent ON transcript_letter (workspace_id, sent_at);

-- Of whom a letter that waits tells: it goes with them when they are erased.
ALTER TABLE letter ADD COLUMN workspace_id bigint, ADD COLUMN contact_ids uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX letter_contacts ON letter USING gin (contact_ids);
