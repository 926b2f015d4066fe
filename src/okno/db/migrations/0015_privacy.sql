-- Secrets asked for in masked fields: the only place of their values, sealed with the master key, and not for long.
CREATE TABLE secret (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,          -- the event that asks
  purpose         text NOT NULL CHECK (purpose IN ('card', 'code_word', 'other')),
  sealed          bytea,                    -- null before it is given and after it is destroyed
  asked_by        uuid NOT NULL,
  asked_at        timestamptz NOT NULL,
  given_at        timestamptz,
  expires_at      timestamptz NOT NULL,
  closed_at       timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX secret_due ON secret (expires_at) WHERE closed_at IS NULL;
CREATE INDEX secret_conversation ON secret (workspace_id, conversation_id);

-- Who did what, when and from where. Rows are added and, when they are old, taken away; never changed.
CREATE TABLE audit_entry (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,               -- by time
  at           timestamptz NOT NULL,
  actor        text NOT NULL CHECK (actor IN ('operator', 'api_key', 'customer', 'system')),
  actor_id     uuid NOT NULL,
  actor_name   text NOT NULL,
  address      text NOT NULL DEFAULT '',
  action       text NOT NULL,
  subject      text NOT NULL DEFAULT '',
  detail       text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_entry_actor ON audit_entry (workspace_id, actor_id, id DESC);
CREATE INDEX audit_entry_action ON audit_entry (workspace_id, action, id DESC);

CREATE FUNCTION keep_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR OLD.at > now() - interval '30 days' THEN
    RAISE EXCEPTION 'an audit entry is never changed, and not deleted within 30 days';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION keep_audit_entry();

-- Roles of the company's own: rights picked one by one; `role` is the rank, which decides who may give it to whom.
CREATE TABLE custom_role (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  role         text NOT NULL CHECK (role IN ('admin', 'supervisor', 'operator')),
  permissions  text[] NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);
ALTER TABLE operator ADD COLUMN custom_role_id bigint,
  ADD FOREIGN KEY (workspace_id, custom_role_id) REFERENCES custom_role;
CREATE INDEX operator_custom_role ON operator (workspace_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

-- Who is not let in. Undone ones stay, as what was decided.
CREATE TABLE block (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              uuid NOT NULL,
  type            text NOT NULL CHECK (type IN ('contact', 'email', 'phone', 'network', 'device')),
  value           text NOT NULL,
  reason          text NOT NULL,
  created_by      uuid NOT NULL,
  created_by_name text NOT NULL,
  created_at      timestamptz NOT NULL,
  until           timestamptz,              -- null: until it is undone
  lifted_at       timestamptz,
  lifted_by_name  text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX block_active ON block (workspace_id, type, value) WHERE lifted_at IS NULL;

-- Up to where a customer has cleared what he sees of a conversation.
CREATE TABLE history_clear (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  cleared_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id)
);

ALTER TABLE contact ADD COLUMN erased_at timestamptz;

-- A person whose data must not be erased, by hand or by rule.
CREATE TABLE legal_hold (
  workspace_id    bigint NOT NULL,
  contact_id      uuid NOT NULL,
  reason          text NOT NULL,
  created_by_name text NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, contact_id)
);

-- What is erased how long after a conversation was closed. Without inbox and label: of every conversation.
CREATE TABLE retention_policy (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  inbox_id     bigint NOT NULL DEFAULT 0,
  label        text NOT NULL DEFAULT '',
  days         integer NOT NULL CHECK (days > 0),
  enabled      boolean NOT NULL,
  run_at       timestamptz,
  erased       bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, inbox_id, label)
);

CREATE TABLE privacy_settings (
  workspace_id bigint PRIMARY KEY REFERENCES workspace,
  secret_hours integer NOT NULL DEFAULT 24 CHECK (secret_hours BETWEEN 1 AND 720),
  audit_days   integer NOT NULL DEFAULT 1095 CHECK (audit_days BETWEEN 30 AND 3650)
);

-- Everything kept of a person, packed for him.
CREATE TABLE person_export (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  contact_id   uuid NOT NULL,
  asked_by     uuid NOT NULL,
  asked_at     timestamptz NOT NULL,
  status       text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'ready', 'failed', 'deleted')),
  size_bytes   bigint NOT NULL DEFAULT 0,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX person_export_contact ON person_export (workspace_id, contact_id, asked_at DESC);
CREATE INDEX person_export_due ON person_export (expires_at) WHERE status <> 'deleted';

-- Copies of conversations sent by e-mail: what the limits count.
CREATE TABLE transcript_mail (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  address         text NOT NULL,
  at              timestamptz NOT NULL
);
CREATE INDEX transcript_mail_address ON transcript_mail (workspace_id, lower(address), at);
CREATE INDEX transcript_mail_conversation ON transcript_mail (workspace_id, conversation_id, at);
