-- The key pair by which push services know this installation (VAPID); the private half is sealed with the master key.
CREATE TABLE push_key (
  id         boolean PRIMARY KEY DEFAULT true CHECK (id),
  public_key text NOT NULL,
  sealed     bytea NOT NULL
);

-- A browser that takes pushes: a customer's, or an operator's where he is signed in. It goes with the session.
CREATE TABLE push_subscription (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  contact_id   uuid,
  visitor_id   uuid,
  operator_id  uuid,
  session_id   uuid REFERENCES operator_session ON DELETE CASCADE,
  endpoint     text NOT NULL,
  p256dh       bytea NOT NULL,
  auth         bytea NOT NULL,
  key          text NOT NULL DEFAULT '',
  locale       text NOT NULL DEFAULT 'en' CHECK (locale IN ('ru', 'en')),
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contact ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  CHECK ((contact_id IS NULL) <> (operator_id IS NULL)),
  CHECK ((contact_id IS NULL) = (visitor_id IS NULL))
);
CREATE UNIQUE INDEX push_subscription_endpoint ON push_subscription (endpoint);
CREATE INDEX push_subscription_contact ON push_subscription (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX push_subscription_operator ON push_subscription (workspace_id, operator_id) WHERE operator_id IS NOT NULL;

-- Where a customer stands on the ladder for what he has not seen of a conversation. No text: it is read when it is told.
-- `due_at` null: nothing waits; `told_seq`: an e-mail has told up to here.
CREATE TABLE notice (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  contact_id      uuid NOT NULL,
  step            text NOT NULL CHECK (step IN ('push', 'email', 'rest')),
  due_at          timestamptz,
  told_seq        bigint NOT NULL DEFAULT 0,
  emailed_at      timestamptz,
  emailed_to      bytea, -- the address's hash: how often it is written to, whoever claims it
  PRIMARY KEY (workspace_id, conversation_id),
  FOREIGN KEY (conversation_id, workspace_id) REFERENCES conversation ON DELETE CASCADE
);
CREATE INDEX notice_due ON notice (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_emailed ON notice (workspace_id, emailed_to, emailed_at) WHERE emailed_to IS NOT NULL;

-- What a customer's browser says of when and how he may be told.
CREATE TABLE reach (
  workspace_id bigint NOT NULL,
  contact_id   uuid NOT NULL,
  locale       text NOT NULL DEFAULT 'en' CHECK (locale IN ('ru', 'en')),
  time_zone    text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contact ON DELETE CASCADE
);

-- Addresses that asked not to be written to.
CREATE TABLE notice_stop (
  workspace_id bigint NOT NULL REFERENCES workspace,
  address      text NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, address)
);

CREATE TABLE notice_settings (
  workspace_id   bigint PRIMARY KEY REFERENCES workspace,
  push           boolean NOT NULL,
  push_after_s   integer NOT NULL,
  email          boolean NOT NULL,
  email_after_s  integer NOT NULL,
  quiet          boolean NOT NULL,
  quiet_from_min integer NOT NULL,
  quiet_to_min   integer NOT NULL
);

-- What waits for an operator. No text of a conversation: it is read when it is shown, by who may see it.
CREATE TABLE alert (
  workspace_id    bigint NOT NULL,
  id              uuid NOT NULL,
  operator_id     uuid NOT NULL,
  alert_class     text NOT NULL,
  conversation_id uuid,
  detail          text NOT NULL DEFAULT '',
  times           integer NOT NULL DEFAULT 1,
  at              timestamptz NOT NULL,
  read_at         timestamptz,
  email_due_at    timestamptz,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  FOREIGN KEY (conversation_id, workspace_id) REFERENCES conversation ON DELETE CASCADE
);
CREATE INDEX alert_list ON alert (workspace_id, operator_id, at DESC, id DESC);
CREATE UNIQUE INDEX alert_unread ON alert (workspace_id, operator_id, alert_class, conversation_id) NULLS NOT DISTINCT
  WHERE read_at IS NULL;
CREATE INDEX alert_conversation ON alert (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX alert_email ON alert (email_due_at) WHERE email_due_at IS NOT NULL;
CREATE INDEX alert_age ON alert (at);

CREATE TABLE alert_setting (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  alert_class  text NOT NULL,
  app          boolean NOT NULL,
  push         boolean NOT NULL,
  email        boolean NOT NULL,
  sound        boolean NOT NULL,
  PRIMARY KEY (workspace_id, operator_id, alert_class),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);

-- `quiet_until`: do not disturb until then.
CREATE TABLE alert_profile (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  quiet_until  timestamptz,
  PRIMARY KEY (workspace_id, operator_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);

-- An episode that ended, and what the customer said of it, if he said anything.
CREATE TABLE rating (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  episode         integer NOT NULL,
  operator_id     uuid,
  closed_at       timestamptz NOT NULL,
  asked_at        timestamptz,
  skipped_at      timestamptz,
  rated_at        timestamptz,
  score           smallint CHECK (score BETWEEN 1 AND 5),
  solved          boolean,
  PRIMARY KEY (workspace_id, conversation_id, episode),
  FOREIGN KEY (conversation_id, workspace_id) REFERENCES conversation ON DELETE CASCADE
);
CREATE INDEX rating_closed ON rating (workspace_id, closed_at DESC, conversation_id DESC);
CREATE INDEX rating_rated ON rating (workspace_id, rated_at DESC, conversation_id DESC) WHERE rated_at IS NOT NULL;
