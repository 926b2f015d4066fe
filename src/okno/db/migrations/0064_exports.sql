-- Everything kept of a person: how far the work is, who asked, what went wrong.
ALTER TABLE person_export DROP CONSTRAINT person_export_status_check;
ALTER TABLE person_export
  ADD CONSTRAINT person_export_status_check CHECK (status IN ('waiting', 'running', 'ready', 'failed', 'deleted')),
  ADD COLUMN asked_by_name text NOT NULL DEFAULT '',
  ADD COLUMN done          integer NOT NULL DEFAULT 0,  -- conversations and files packed
  ADD COLUMN total         integer NOT NULL DEFAULT 0,
  ADD COLUMN made_at       timestamptz;

-- Never used: letters with copies are counted by transcript_letter, which holds no address.
DROP TABLE transcript_mail;

-- The customer has cleared what he sees: no link of his opens it any more, those he has already neither.
ALTER TABLE attachment ADD COLUMN cleared boolean NOT NULL DEFAULT false;

-- Uploaded lists wait sealed from now on; those that waited in plain are uploaded again. Drafts live for a day anyway.
UPDATE import SET status = 'done', content = NULL WHERE status = 'running';
DELETE FROM import WHERE status = 'draft';

-- Who wants no letters is known by a digest: the wish outlives an erasure, the address does not.
UPDATE notice_stop SET address = encode(sha256(convert_to(address, 'UTF8')), 'hex');
