-- What the site itself reports of a visit: `okno('track', name, data)`. `data` is JSON as text, at most 1,500 characters.
CREATE TABLE tracked (
  workspace_id bigint NOT NULL,
  visit_id     uuid NOT NULL,
  at           timestamptz NOT NULL,
  name         text NOT NULL,
  data         text NOT NULL DEFAULT ''
);
CREATE INDEX tracked_visit ON tracked (workspace_id, visit_id, at DESC);
