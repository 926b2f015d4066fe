-- Who answers: skills, queues, operators at their desks, places in the queue, offers, assignments. Everything is kept as
-- record; what is current has no end yet and is found by partial indexes.
CREATE TABLE skill (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

CREATE TABLE operator_skill (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  skill_id     bigint NOT NULL,
  level        smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
  PRIMARY KEY (workspace_id, operator_id, skill_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skill ON DELETE CASCADE
);

CREATE TABLE queue (
  workspace_id  bigint NOT NULL REFERENCES workspace,
  id            bigint GENERATED ALWAYS AS IDENTITY,
  name          text NOT NULL,
  mode          text NOT NULL DEFAULT 'pull' CHECK (mode IN ('automatic', 'offer', 'pull')),
  is_default    boolean NOT NULL DEFAULT false,
  team_id       bigint NOT NULL DEFAULT 0,  -- whose operators serve it; 0: everybody
  priority      smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
  skill_id      bigint,                     -- what every conversation in it asks for
  skill_level   smallint NOT NULL DEFAULT 1 CHECK (skill_level BETWEEN 1 AND 5),
  language      text NOT NULL DEFAULT '',   -- 'ru', 'en', …; empty: any
  accept_s      integer NOT NULL DEFAULT 30 CHECK (accept_s > 0),
  answer_s      integer NOT NULL DEFAULT 0 CHECK (answer_s >= 0), -- unanswered so long it is taken back; 0: never
  sticky        text NOT NULL DEFAULT 'loose' CHECK (sticky IN ('off', 'loose', 'strict')),
  sticky_hours  integer NOT NULL DEFAULT 72 CHECK (sticky_hours > 0),
  sticky_wait_s integer NOT NULL DEFAULT 120 CHECK (sticky_wait_s > 0), -- so long strict waits for a busy operator
  chat_use      smallint NOT NULL DEFAULT 100 CHECK (chat_use BETWEEN 0 AND 1000), -- of an operator's capacity, in percent
  call_use      smallint NOT NULL DEFAULT 300 CHECK (call_use BETWEEN 0 AND 1000), -- of one chat
  mail_use      smallint NOT NULL DEFAULT 30 CHECK (mail_use BETWEEN 0 AND 1000),
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name),
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skill
);
CREATE UNIQUE INDEX queue_default ON queue (workspace_id) WHERE is_default;
-- Self-service, as it was before there were queues.
INSERT INTO queue (workspace_id, name, mode, is_default, created_at)
SELECT id, CASE locale WHEN 'ru' THEN 'Общая' ELSE 'General' END, 'pull', true, created_at FROM workspace;

CREATE TABLE queue_inbox (
  workspace_id bigint NOT NULL,
  inbox_id     bigint NOT NULL,
  queue_id     bigint NOT NULL,
  PRIMARY KEY (workspace_id, inbox_id),
  FOREIGN KEY (workspace_id, inbox_id) REFERENCES inbox ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, queue_id) REFERENCES queue ON DELETE CASCADE
);

CREATE TABLE routing_setting (
  workspace_id  bigint PRIMARY KEY REFERENCES workspace,
  break_reasons text[] NOT NULL DEFAULT '{}' -- empty: the console's own words
);

-- What an operator says of himself and may carry. `connected_until`: some console of his answered lately.
CREATE TABLE operator_state (
  workspace_id    bigint NOT NULL,
  operator_id     uuid NOT NULL,
  state           text NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'busy', 'break', 'offline')),
  reason          text NOT NULL DEFAULT '',
  takes_chats     boolean NOT NULL DEFAULT true,
  takes_calls     boolean NOT NULL DEFAULT true,
  chats_max       smallint NOT NULL DEFAULT 5 CHECK (chats_max BETWEEN 2 AND 10),
  languages       text[] NOT NULL DEFAULT '{}', -- empty: any
  specialist      boolean NOT NULL DEFAULT false, -- gets only what asks for one of his skills, and transfers
  changed_at      timestamptz NOT NULL,
  connected_until timestamptz,
  idle_since      timestamptz NOT NULL,         -- when he last got or finished something
  PRIMARY KEY (workspace_id, operator_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);

-- The state as it was in force: offline while no console was connected.
CREATE TABLE operator_interval (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  state        text NOT NULL CHECK (state IN ('online', 'busy', 'break', 'offline')),
  reason       text NOT NULL DEFAULT '',
  began_at     timestamptz NOT NULL,
  ended_at     timestamptz,
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);
CREATE UNIQUE INDEX operator_interval_current ON operator_interval (workspace_id, operator_id) WHERE ended_at IS NULL;
CREATE INDEX operator_interval_began ON operator_interval (workspace_id, began_at);

-- Hours an operator is to work in a week, in the workspace's time.
CREATE TABLE shift (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  day          smallint NOT NULL CHECK (day BETWEEN 0 AND 6), -- 0: Monday
  from_min     smallint NOT NULL CHECK (from_min BETWEEN 0 AND 1439),
  to_min       smallint NOT NULL CHECK (to_min BETWEEN 1 AND 1440),
  PRIMARY KEY (workspace_id, operator_id, day, from_min),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  CHECK (from_min < to_min)
);

-- A stay in a queue. `entered_at` is the place: it is carried over when the customer comes back unanswered.
CREATE TABLE queue_entry (
  workspace_id          bigint NOT NULL,
  id                    uuid NOT NULL,
  conversation_id       uuid NOT NULL,
  episode               integer NOT NULL,
  queue_id              bigint NOT NULL,
  entered_at            timestamptz NOT NULL,
  joined_at             timestamptz NOT NULL,
  priority              smallint NOT NULL,
  skill_id              bigint,
  skill_level           smallint NOT NULL DEFAULT 1,
  language              text NOT NULL DEFAULT '',
  preferred_operator_id uuid,
  preferred_until       timestamptz,
  left_at               timestamptz,
  leave_reason          text CHECK (leave_reason IN
                          ('assigned', 'taken', 'answered', 'closed', 'abandoned', 'moved', 'bot')),
  operator_id           uuid, -- who got it
  PRIMARY KEY (workspace_id, id),
  CHECK ((left_at IS NULL) = (leave_reason IS NULL))
);
CREATE UNIQUE INDEX queue_entry_waiting ON queue_entry (workspace_id, conversation_id) WHERE left_at IS NULL;
CREATE INDEX queue_entry_line ON queue_entry (workspace_id, queue_id, priority DESC, entered_at) WHERE left_at IS NULL;
CREATE INDEX queue_entry_conversation ON queue_entry (workspace_id, conversation_id, joined_at);
CREATE INDEX queue_entry_left ON queue_entry (workspace_id, left_at) WHERE left_at IS NOT NULL;

CREATE TABLE offer (
  workspace_id    bigint NOT NULL,
  id              uuid NOT NULL,
  conversation_id uuid NOT NULL,
  entry_id        uuid NOT NULL,
  operator_id     uuid NOT NULL,
  use_percent     smallint NOT NULL,
  why             text NOT NULL, -- JSON of `Why`
  offered_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  fate            text CHECK (fate IN ('accepted', 'declined', 'expired', 'withdrawn', 'unanswered')),
  PRIMARY KEY (workspace_id, id),
  CHECK ((ended_at IS NULL) = (fate IS NULL))
);
CREATE UNIQUE INDEX offer_open ON offer (workspace_id, conversation_id) WHERE ended_at IS NULL;
CREATE INDEX offer_operator ON offer (workspace_id, operator_id) WHERE ended_at IS NULL;
CREATE INDEX offer_entry ON offer (workspace_id, entry_id);

-- Who had a conversation, why he of all people, and until when he is to answer.
CREATE TABLE assignment (
  workspace_id    bigint NOT NULL,
  id              uuid NOT NULL,
  conversation_id uuid NOT NULL,
  episode         integer NOT NULL,
  operator_id     uuid NOT NULL,
  queue_id        bigint,
  reason          text NOT NULL CHECK (reason IN ('automatic', 'offer', 'taken', 'transfer', 'sticky')),
  use_percent     smallint NOT NULL,
  why             text NOT NULL DEFAULT '', -- JSON of `Why`
  assigned_at     timestamptz NOT NULL,
  answer_by       timestamptz,
  ended_at        timestamptz,
  end_reason      text CHECK (end_reason IN ('closed', 'transfer', 'returned', 'missed')),
  PRIMARY KEY (workspace_id, id),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE UNIQUE INDEX assignment_current ON assignment (workspace_id, conversation_id) WHERE ended_at IS NULL;
CREATE INDEX assignment_answer ON assignment (workspace_id, answer_by) WHERE answer_by IS NOT NULL;
CREATE INDEX assignment_operator ON assignment (workspace_id, operator_id, assigned_at);

-- Whom a customer talked with last, on whatever channel.
CREATE TABLE contact_operator (
  workspace_id bigint NOT NULL,
  contact_id   uuid NOT NULL,
  operator_id  uuid NOT NULL,
  last_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contact ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);

-- Colleagues brought in: they see the conversation as if it were theirs.
CREATE TABLE participant (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  added_by        uuid NOT NULL,
  added_at        timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, operator_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);
CREATE INDEX participant_operator ON participant (workspace_id, operator_id);

-- On hold: the customer knows that he waits, no clock runs. The list shows it.
ALTER TABLE conversation ADD COLUMN held_at timestamptz;
