-- An episode as reports count it: made from its events, and again whenever one is added.
CREATE TABLE episode_fact (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  episode         integer NOT NULL,
  opened_seq      bigint NOT NULL,
  opened_at       timestamptz NOT NULL,
  asked_at        timestamptz, -- the customer's first message
  answered_at     timestamptz, -- an operator's first after it
  closed_at       timestamptz,
  operator_id     uuid,
  team_id         bigint NOT NULL,
  inbox_id        bigint NOT NULL,
  channel         text NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, episode)
);
CREATE INDEX episode_fact_opened ON episode_fact (workspace_id, opened_at);

-- How far the making anew has come; one row.
CREATE TABLE figures_state (
  one             boolean PRIMARY KEY DEFAULT true CHECK (one),
  done            boolean NOT NULL,
  workspace_id    bigint NOT NULL DEFAULT 0,
  conversation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);
INSERT INTO figures_state (done) SELECT NOT EXISTS (SELECT FROM conversation);

CREATE TABLE figures_setting (
  workspace_id  bigint PRIMARY KEY REFERENCES workspace,
  answer_goal_s integer NOT NULL CHECK (answer_goal_s > 0)
);

-- Whether operators are told that a supervisor looks at their conversation. Without a row: they are.
CREATE TABLE supervision_setting (
  workspace_id  bigint PRIMARY KEY REFERENCES workspace,
  watched_shown boolean NOT NULL
);

-- Plans of searches are not the planner's (docs/adr/0021); a large sample would hold the bus up while it is analyzed.
ALTER TABLE search_entry ALTER COLUMN words SET STATISTICS -1;
