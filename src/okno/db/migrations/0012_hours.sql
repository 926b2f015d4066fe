-- When a company answers. `week` and `days` are read and written whole.
CREATE TABLE calendar (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  time_zone    text NOT NULL,
  week         text NOT NULL DEFAULT '[]',
  holidays     text NOT NULL DEFAULT '',
  days         text NOT NULL DEFAULT '[]',
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- Hours were written into the widget; they become a calendar of its name, which others may use, too.
ALTER TABLE inbox ADD COLUMN calendar_id bigint, ADD COLUMN callback_calendar_id bigint,
  ADD COLUMN calls_calendar_id bigint;
ALTER TABLE calendar ADD COLUMN inbox_id bigint;
INSERT INTO calendar (workspace_id, name, time_zone, week, created_at, inbox_id)
SELECT workspace_id, name, time_zone, hours, created_at, id FROM inbox WHERE hours <> '[]';
UPDATE inbox i SET calendar_id = c.id FROM calendar c WHERE c.workspace_id = i.workspace_id AND c.inbox_id = i.id;
ALTER TABLE calendar DROP COLUMN inbox_id;
ALTER TABLE inbox DROP COLUMN hours, DROP COLUMN time_zone,
  ADD FOREIGN KEY (workspace_id, calendar_id) REFERENCES calendar,
  ADD FOREIGN KEY (workspace_id, callback_calendar_id) REFERENCES calendar,
  ADD FOREIGN KEY (workspace_id, calls_calendar_id) REFERENCES calendar;
