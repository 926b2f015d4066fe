-- Customers: people (contacts), their addresses (identities) and browsers (visitors).
CREATE TABLE contact (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  name         text NOT NULL DEFAULT '',
  verified     boolean NOT NULL DEFAULT false,
  comment      text NOT NULL DEFAULT '',
  locale       text NOT NULL DEFAULT '',
  demo         boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX contact_name ON contact (workspace_id, lower(name) text_pattern_ops);

CREATE TABLE identity (
  workspace_id bigint NOT NULL,
  id           uuid NOT NULL,
  contact_id   uuid NOT NULL,
  type         text NOT NULL CHECK (type IN ('email', 'phone', 'site')),
  address      text NOT NULL,
  verified     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contact ON DELETE CASCADE
);
-- A proven address belongs to one contact; claims may repeat.
CREATE UNIQUE INDEX identity_proven ON identity (workspace_id, type, lower(address)) WHERE verified;
CREATE INDEX identity_contact ON identity (workspace_id, contact_id);
CREATE INDEX identity_address ON identity (workspace_id, lower(address) text_pattern_ops);

CREATE TABLE inbox (
  workspace_id    bigint NOT NULL REFERENCES workspace,
  id              bigint GENERATED ALWAYS AS IDENTITY,
  channel         text NOT NULL,
  name            text NOT NULL,
  key             text NOT NULL UNIQUE,
  team_id         bigint NOT NULL DEFAULT 0,
  side            text NOT NULL DEFAULT 'right' CHECK (side IN ('left', 'right')),
  accent          text NOT NULL DEFAULT '#2b4acb' CHECK (accent ~ '^#[0-9a-f]{6}$'),
  texts_ru        text NOT NULL DEFAULT '{}',
  texts_en        text NOT NULL DEFAULT '{}',
  domains         text[] NOT NULL DEFAULT '{}',
  pages_hidden    text[] NOT NULL DEFAULT '{}',
  hours           text NOT NULL DEFAULT '[]',
  time_zone       text NOT NULL DEFAULT 'Europe/Moscow',
  draft_preview   boolean NOT NULL DEFAULT true,
  identity_secret bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  CHECK (team_id >= 0)
);

-- A browser. Its row appears with the first thing worth keeping (a page view or a message), not with a connection.
CREATE TABLE visitor (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  inbox_id     bigint NOT NULL,
  contact_id   uuid,
  ended_at     timestamptz,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX visitor_contact ON visitor (workspace_id, contact_id);

CREATE TABLE visit (
  workspace_id bigint NOT NULL,
  id           uuid NOT NULL,
  visitor_id   uuid NOT NULL,
  started_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  left_at      timestamptz,
  source       text NOT NULL DEFAULT '',
  ip           text NOT NULL DEFAULT '',
  device       text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX visit_visitor ON visit (workspace_id, visitor_id, started_at DESC);

CREATE TABLE page_view (
  workspace_id bigint NOT NULL,
  visit_id     uuid NOT NULL,
  at           timestamptz NOT NULL,
  url          text NOT NULL,
  title        text NOT NULL,
  search       text NOT NULL DEFAULT ''
);
CREATE INDEX page_view_visit ON page_view (workspace_id, visit_id, at DESC);

-- The used ids of customer tokens: a token opens one browser once.
CREATE TABLE customer_token (
  workspace_id bigint NOT NULL,
  jti          text NOT NULL,
  visitor_id   uuid NOT NULL,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, jti)
);

-- The summary row: everything the list of conversations reads.
CREATE TABLE conversation (
  workspace_id      bigint NOT NULL,
  id                uuid NOT NULL,
  contact_id        uuid NOT NULL,
  inbox_id          bigint NOT NULL,
  channel           text NOT NULL,
  status            text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  turn              text NOT NULL DEFAULT 'queue' CHECK (turn IN ('bot', 'queue', 'operator')),
  assignee_id       uuid,
  team_id           bigint NOT NULL DEFAULT 0, -- 0: of no team, everyone sees it
  episode           integer NOT NULL DEFAULT 1,
  last_seq          bigint NOT NULL DEFAULT 0,
  last_at           timestamptz NOT NULL,
  -- What lists are ordered by. In steps, so that most messages of a lively conversation leave every index as it is.
  active_at         timestamptz GENERATED ALWAYS AS (date_bin('15 seconds', last_at, '2000-01-01T00:00:00Z')) STORED,
  preview           text NOT NULL DEFAULT '',
  preview_actor     text NOT NULL DEFAULT 'system',
  unread            integer NOT NULL DEFAULT 0,
  waiting_since     timestamptz,
  customer_unread   integer NOT NULL DEFAULT 0,
  customer_got_seq  bigint NOT NULL DEFAULT 0,
  customer_read_seq bigint NOT NULL DEFAULT 0,
  operator_read_seq bigint NOT NULL DEFAULT 0,
  labels            text[] NOT NULL DEFAULT '{}',
  change_xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  closed_at         timestamptz,
  created_at        timestamptz NOT NULL,
  PRIMARY KEY (id, workspace_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES contact
) WITH (fillfactor = 70);
-- Two first messages at once make one conversation.
CREATE UNIQUE INDEX conversation_open ON conversation (workspace_id, contact_id) WHERE status = 'open';
CREATE INDEX conversation_closed ON conversation (workspace_id, contact_id) WHERE status = 'closed';
-- Lists: every index leads with what the scope fixes, so that 3 teams of 40 read 3 short ranges; the whole workspace is
-- all its teams.
CREATE INDEX conversation_team ON conversation (workspace_id, team_id, status, active_at DESC, id DESC);
CREATE INDEX conversation_mine ON conversation (workspace_id, assignee_id, status, active_at DESC, id DESC)
  WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_waiting ON conversation (workspace_id, team_id, waiting_since, id)
  WHERE waiting_since IS NOT NULL AND assignee_id IS NULL AND status = 'open';

-- A list by label is one range of an index, too. Kept by the trigger: a label, a status, a team or the order has changed.
CREATE TABLE conversation_label (
  workspace_id    bigint NOT NULL,
  label           text NOT NULL,
  team_id         bigint NOT NULL,
  status          text NOT NULL,
  active_at       timestamptz NOT NULL,
  conversation_id uuid NOT NULL
);
CREATE UNIQUE INDEX conversation_label_list
  ON conversation_label (workspace_id, label, team_id, status, active_at DESC, conversation_id DESC);
CREATE INDEX conversation_label_conversation ON conversation_label (workspace_id, conversation_id);

CREATE FUNCTION keep_conversation_label() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM conversation_label WHERE workspace_id = OLD.workspace_id AND conversation_id = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO conversation_label (workspace_id, label, team_id, status, active_at, conversation_id)
    SELECT DISTINCT NEW.workspace_id, l.label, NEW.team_id, NEW.status, NEW.active_at, NEW.id
      FROM unnest(NEW.labels) AS l (label);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER conversation_labels_new AFTER INSERT ON conversation
  FOR EACH ROW WHEN (NEW.labels <> '{}') EXECUTE FUNCTION keep_conversation_label();
CREATE TRIGGER conversation_labels_old AFTER DELETE ON conversation
  FOR EACH ROW WHEN (OLD.labels <> '{}') EXECUTE FUNCTION keep_conversation_label();
CREATE TRIGGER conversation_labels_changed AFTER UPDATE ON conversation
  FOR EACH ROW WHEN ((OLD.labels <> '{}' OR NEW.labels <> '{}')
    AND (OLD.labels, OLD.team_id, OLD.status, OLD.active_at)
        IS DISTINCT FROM (NEW.labels, NEW.team_id, NEW.status, NEW.active_at))
  EXECUTE FUNCTION keep_conversation_label();

CREATE TABLE event (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  client_id       uuid NOT NULL,
  actor           text NOT NULL,
  actor_id        uuid NOT NULL,
  type            text NOT NULL,
  body            text NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (conversation_id, workspace_id, seq) -- what tells rows apart comes first: one comparison decides
) WITH (fillfactor = 95);
CREATE UNIQUE INDEX event_client_id ON event (conversation_id, client_id, actor_id, workspace_id);

CREATE TABLE draft (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  operator_id     uuid NOT NULL,
  text            text NOT NULL,
  note            boolean NOT NULL,
  saved_at        timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, conversation_id, operator_id)
);

CREATE TABLE attachment (
  workspace_id    bigint NOT NULL,
  id              uuid NOT NULL,
  owner_id        uuid NOT NULL,
  conversation_id uuid,
  name            text NOT NULL,
  media_type      text NOT NULL,
  size_bytes      bigint NOT NULL,
  got_bytes       bigint NOT NULL DEFAULT 0,
  status          text NOT NULL DEFAULT 'uploading' CHECK (status IN ('uploading', 'ready', 'deleted')),
  preview         text NOT NULL DEFAULT '' CHECK (preview IN ('', 'made', 'none')),
  width           integer NOT NULL DEFAULT 0,
  height          integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX attachment_unfinished ON attachment (created_at) WHERE conversation_id IS NULL;
