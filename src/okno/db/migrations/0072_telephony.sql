-- Who is on the telephone now; his call counts against what he can take.
CREATE TABLE desk_call (
  workspace_id bigint NOT NULL REFERENCES workspace,
  call_id      uuid NOT NULL,
  operator_id  uuid NOT NULL,
  use_percent  integer NOT NULL CHECK (use_percent >= 0), -- of one chat
  since        timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, operator_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator (workspace_id, id) ON DELETE CASCADE
);

-- The way out to the telephone network and what may be dialled by it. A missing row: nothing is set up.
CREATE TABLE phone_setting (
  workspace_id     bigint PRIMARY KEY REFERENCES workspace,
  host             text NOT NULL,                 -- of the provider; empty: none
  port             integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
  transport        text NOT NULL CHECK (transport IN ('udp', 'tcp')),
  hosts            text[] NOT NULL,               -- addresses calls come from, besides `host`
  username         text NOT NULL,
  password         bytea NOT NULL,                -- sealed; empty: none
  number           text NOT NULL,                 -- E.164, shown to whoever is called
  country          text NOT NULL,                 -- ISO 3166, of numbers without +
  countries        text[] NOT NULL,               -- that may be dialled
  dials_per_minute integer NOT NULL CHECK (dials_per_minute > 0),
  dials_per_day    integer NOT NULL CHECK (dials_per_day > 0),
  call_use         integer NOT NULL CHECK (call_use BETWEEN 0 AND 1000),
  callbacks        boolean NOT NULL,
  tries            smallint NOT NULL CHECK (tries BETWEEN 1 AND 5),
  pause_s          integer NOT NULL CHECK (pause_s BETWEEN 10 AND 86400),
  ring_s           integer NOT NULL CHECK (ring_s BETWEEN 5 AND 120),
  consent_ru       text NOT NULL,
  consent_en       text NOT NULL,
  stopped_at       timestamptz                    -- a bound of the day was reached: nothing is dialled until somebody says so
);

CREATE TABLE callback (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  conversation_id uuid NOT NULL,
  contact_id      uuid NOT NULL,
  visitor_id      uuid NOT NULL,
  inbox_id        bigint NOT NULL,
  number          text NOT NULL,                  -- E.164; empty once it was erased
  address         text NOT NULL,                  -- of who asked
  consent         text NOT NULL,                  -- the words he agreed to
  asked_at        timestamptz NOT NULL,
  due_at          timestamptz NOT NULL,           -- not before
  slot            boolean NOT NULL,               -- he chose the time
  state           text NOT NULL CHECK (state IN ('waiting', 'calling', 'done', 'failed', 'cancelled')),
  tries           smallint NOT NULL DEFAULT 0,
  ended_at        timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX callback_due ON callback (workspace_id, due_at, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX callback_one ON callback (workspace_id, conversation_id) WHERE state IN ('waiting', 'calling');
CREATE INDEX callback_contact ON callback (workspace_id, contact_id);

CREATE TABLE call (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  direction       text NOT NULL CHECK (direction IN ('inbound', 'callback', 'outbound')),
  phase           text NOT NULL CHECK (phase IN ('waiting', 'ringing', 'dialling', 'talking', 'ended')),
  conversation_id uuid NOT NULL,
  contact_id      uuid NOT NULL,
  callback_id     uuid,
  number          text NOT NULL,                  -- of the customer, E.164; empty: not told, or erased
  operator_id     uuid,                           -- who speaks, or spoke
  speaker_leg     uuid,
  held            boolean NOT NULL DEFAULT false,
  began_at        timestamptz NOT NULL,
  talked_at       timestamptz,
  ended_at        timestamptz,
  outcome         text CHECK (outcome IN ('talked', 'no_operator', 'busy', 'no_answer', 'gave_up', 'operator_gone',
                                          'cancelled', 'failed', 'lost')),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX call_live ON call (workspace_id, id) WHERE ended_at IS NULL;
CREATE INDEX call_conversation ON call (workspace_id, conversation_id, began_at DESC);

CREATE TABLE call_leg (
  workspace_id bigint NOT NULL,
  call_id      uuid NOT NULL,
  id           uuid NOT NULL,
  operator_id  uuid,                              -- null: the customer's
  endpoint     text NOT NULL,                     -- the engine's name of what was dialled
  state        text NOT NULL CHECK (state IN ('dialling', 'up', 'ended')),
  PRIMARY KEY (workspace_id, call_id, id),
  FOREIGN KEY (workspace_id, call_id) REFERENCES call ON DELETE CASCADE
);

-- Every number of the outside that was dialled, or would have been: what the bounds count.
CREATE TABLE outside_dial (
  workspace_id bigint NOT NULL REFERENCES workspace,
  at           timestamptz NOT NULL,
  call_id      uuid NOT NULL,
  number       text NOT NULL,
  visitor_id   uuid,
  address      text NOT NULL,
  PRIMARY KEY (workspace_id, at, call_id)
);
CREATE INDEX outside_dial_number ON outside_dial (workspace_id, number, at DESC);
