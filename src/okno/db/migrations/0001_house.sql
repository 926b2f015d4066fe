-- Workspaces and people who work in them.
CREATE TABLE workspace (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  locale      text NOT NULL DEFAULT 'ru' CHECK (locale IN ('ru', 'en')),
  onboarded   boolean NOT NULL DEFAULT false,
  upload_bytes_max bigint NOT NULL DEFAULT 104857600,
  created_at  timestamptz NOT NULL
);

CREATE TABLE team (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

CREATE TABLE operator (
  workspace_id  bigint NOT NULL REFERENCES workspace,
  id            uuid NOT NULL,
  email         text NOT NULL,
  name          text NOT NULL,
  role          text NOT NULL CHECK (role IN ('owner', 'admin', 'supervisor', 'operator')),
  password_hash text,
  photo         text NOT NULL DEFAULT '',
  locale        text NOT NULL DEFAULT 'ru' CHECK (locale IN ('ru', 'en')),
  theme         text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark')),
  sound         boolean NOT NULL DEFAULT true,
  disabled_at   timestamptz,
  demo          boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX operator_email ON operator (lower(email));
CREATE UNIQUE INDEX operator_id ON operator (id);

CREATE TABLE operator_team (
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  team_id      bigint NOT NULL,
  PRIMARY KEY (workspace_id, operator_id, team_id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, team_id) REFERENCES team ON DELETE CASCADE
);

-- Only hashes of secrets are kept: a stolen table signs nobody in.
CREATE TABLE operator_session (
  id           uuid PRIMARY KEY,
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  token_hash   bytea NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);
CREATE INDEX operator_session_operator ON operator_session (workspace_id, operator_id);

CREATE TABLE api_key (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  name         text NOT NULL,
  secret_hash  bytea NOT NULL UNIQUE,
  role         text NOT NULL CHECK (role IN ('owner', 'admin', 'supervisor', 'operator')),
  teams        bigint[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE one_time_link (
  token_hash   bytea PRIMARY KEY,
  workspace_id bigint NOT NULL,
  operator_id  uuid NOT NULL,
  purpose      text NOT NULL CHECK (purpose IN ('first', 'invite', 'reset')),
  expires_at   timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE
);

CREATE TABLE login_failure (
  address text NOT NULL,
  at      timestamptz NOT NULL
);
CREATE INDEX login_failure_address ON login_failure (address, at);

-- The bus: references to committed batches, read below the snapshot's xmin, so that nothing is overtaken.
CREATE TABLE outbox (
  id               bigint GENERATED ALWAYS AS IDENTITY,
  xid              xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at               timestamptz NOT NULL,
  topic            text NOT NULL,
  payload          text NOT NULL DEFAULT '',
  workspace_ids    bigint[] STORAGE EXTERNAL,
  conversation_ids uuid[] STORAGE EXTERNAL,
  before_seqs      bigint[] STORAGE EXTERNAL,
  event_counts     integer[] STORAGE EXTERNAL,
  PRIMARY KEY (xid, id)
) WITH (toast_tuple_target = 8160); -- kept in place and as it is: compressing ids costs more than a batch's insert

CREATE TABLE bus_cursor (
  handler text PRIMARY KEY,
  xid     xid8 NOT NULL,
  id      bigint NOT NULL
);

CREATE TABLE bus_parked (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handler   text NOT NULL,
  topic     text NOT NULL,
  payload   text NOT NULL,
  error     text NOT NULL,
  parked_at timestamptz NOT NULL,
  replay    boolean NOT NULL DEFAULT false -- asked for: the server handles it again
);

-- One row that is written to find out whether writing works.
CREATE TABLE readiness (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  at timestamptz NOT NULL
);
