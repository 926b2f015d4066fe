-- Calls that are recorded: the sound is an object of the files' place, sealed; here is what is known of it.
ALTER TABLE phone_setting
  ADD COLUMN record      boolean NOT NULL DEFAULT false,
  ADD COLUMN record_days integer NOT NULL DEFAULT 0 CHECK (record_days BETWEEN 0 AND 3650); -- kept so long; 0: as the dialogue

ALTER TABLE call ADD COLUMN recording text NOT NULL DEFAULT 'off' CHECK (recording IN ('off', 'wanted', 'on', 'paused'));

CREATE TABLE recording (
  workspace_id    bigint NOT NULL,
  call_id         uuid NOT NULL,
  conversation_id uuid NOT NULL,
  contact_id      uuid NOT NULL,
  state           text NOT NULL CHECK (state IN ('waiting', 'ready', 'failed', 'erased')),
  made_at         timestamptz NOT NULL,
  seconds         real NOT NULL DEFAULT 0,
  size_bytes      integer NOT NULL DEFAULT 0,     -- of the sound, not of its sealed form
  sha256          bytea NOT NULL DEFAULT '',      -- of the sound
  customer_peaks  bytea NOT NULL DEFAULT '',      -- the loudest of each part, 0 to 255
  operator_peaks  bytea NOT NULL DEFAULT '',
  figures         text NOT NULL DEFAULT '',       -- JSON
  told_at         timestamptz,                    -- the timeline has it
  PRIMARY KEY (workspace_id, call_id),
  FOREIGN KEY (workspace_id, call_id) REFERENCES call ON DELETE CASCADE
);
CREATE INDEX recording_age ON recording (workspace_id, made_at) WHERE state = 'ready';
CREATE INDEX recording_contact ON recording (workspace_id, contact_id);
