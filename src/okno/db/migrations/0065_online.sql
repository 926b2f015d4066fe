-- Who is on the site now: one row a browser. Unlogged: after a crash of the database the next beats fill it again.
CREATE UNLOGGED TABLE visitor_online (
  workspace_id bigint NOT NULL,
  visitor_id   uuid NOT NULL,
  inbox_id     bigint NOT NULL,
  visit_id     uuid NOT NULL,
  started_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  page_at      timestamptz NOT NULL,
  url          text NOT NULL,
  title        text NOT NULL,
  pages        integer NOT NULL,
  visits       integer NOT NULL,
  source       text NOT NULL,
  ip           text NOT NULL,
  device       text NOT NULL,
  PRIMARY KEY (workspace_id, visitor_id)
);
CREATE INDEX visitor_online_seen ON visitor_online (seen_at);

-- Where some operator looks at the visitors: their browsers then beat faster.
CREATE UNLOGGED TABLE visitor_watch (
  workspace_id bigint PRIMARY KEY,
  until        timestamptz NOT NULL
);
