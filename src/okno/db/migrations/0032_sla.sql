-- Within what time customers are to be answered, in business time.
CREATE TABLE sla_policy (
  workspace_id   bigint NOT NULL REFERENCES workspace,
  id             bigint GENERATED ALWAYS AS IDENTITY,
  name           text NOT NULL,
  position       integer NOT NULL,
  queue_id       bigint,               -- null: any
  label          text NOT NULL DEFAULT '',
  priority_min   smallint NOT NULL DEFAULT 1 CHECK (priority_min BETWEEN 1 AND 5),
  calendar_id    bigint,               -- null: around the clock
  first_answer_s integer CHECK (first_answer_s > 0),
  next_answer_s  integer CHECK (next_answer_s > 0),
  resolution_s   integer CHECK (resolution_s > 0),
  enabled        boolean NOT NULL DEFAULT true,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, queue_id) REFERENCES queue ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, calendar_id) REFERENCES calendar
);

-- How far the timeline was followed, and what it has come to.
CREATE TABLE sla_track (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seen_seq        bigint NOT NULL,
  episode         integer NOT NULL,
  answered        boolean NOT NULL,    -- by a person, in this episode
  waits           boolean NOT NULL,    -- the customer, for a person
  held            boolean NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id)
);

-- One row a clock that ever ran: the record reports are made of. Running: resumed_at is set, stopped_at is not.
CREATE TABLE sla_clock (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  clock           text NOT NULL CHECK (clock IN ('first_answer', 'next_answer', 'resolution', 'promise')),
  started_at      timestamptz NOT NULL,
  episode         integer NOT NULL,
  used_s          double precision NOT NULL DEFAULT 0, -- business time before resumed_at
  resumed_at      timestamptz,
  stopped_at      timestamptz,
  policy_id       bigint,
  due_at          timestamptz,         -- null: paused, or no policy asks for it
  warn_at         timestamptz,
  warned_at       timestamptz,
  breached_at     timestamptz,
  PRIMARY KEY (workspace_id, conversation_id, clock, started_at)
);
CREATE INDEX sla_clock_running ON sla_clock (workspace_id, conversation_id) WHERE stopped_at IS NULL;
CREATE INDEX sla_clock_warn ON sla_clock (warn_at)
  WHERE stopped_at IS NULL AND warned_at IS NULL AND warn_at IS NOT NULL;
CREATE INDEX sla_clock_due ON sla_clock (due_at)
  WHERE stopped_at IS NULL AND breached_at IS NULL AND due_at IS NOT NULL;

-- What the list shows: the clock that runs out first. No append changes it.
ALTER TABLE conversation ADD COLUMN due_at timestamptz, ADD COLUMN due_warn_at timestamptz, ADD COLUMN due_clock text;
CREATE INDEX conversation_due ON conversation (workspace_id, team_id, due_at, id)
  WHERE due_at IS NOT NULL AND status = 'open';

-- What customers were told of when an answer comes, and what became of it. promised_at never changes.
CREATE TABLE promise (
  workspace_id    bigint NOT NULL,
  id              uuid NOT NULL,
  conversation_id uuid NOT NULL,
  queue_id        bigint NOT NULL,
  calendar_id     bigint,
  cause           text NOT NULL CHECK (cause IN ('closed', 'queue')),
  made_at         timestamptz NOT NULL,
  opening         timestamptz NOT NULL,
  ahead           integer NOT NULL,
  expected_s      double precision NOT NULL,
  promised_at     timestamptz NOT NULL,
  check_at        timestamptz,
  told_at         timestamptz,   -- when the customer was told that it will be later
  moved_to        timestamptz,
  answered_at     timestamptz,
  ended_at        timestamptz,   -- answered, or closed without
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX promise_open ON promise (workspace_id, conversation_id) WHERE ended_at IS NULL;
CREATE INDEX promise_check ON promise (check_at) WHERE ended_at IS NULL AND check_at IS NOT NULL;
CREATE INDEX promise_answered ON promise (workspace_id, queue_id, cause, answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX queue_entry_served ON queue_entry (workspace_id, queue_id, left_at)
  WHERE leave_reason IN ('assigned', 'taken', 'answered');
