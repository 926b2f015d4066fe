-- Lists of other systems, read row by row by a job and taken back as a whole.
CREATE TABLE import (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  operator_id  uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('contacts', 'templates', 'articles')),
  status       text NOT NULL CHECK (status IN ('draft', 'running', 'done', 'undoing', 'undone')),
  name         text NOT NULL,
  content      bytea,                         -- gone when it is done
  encoding     text NOT NULL,
  delimiter    text NOT NULL,
  header       boolean NOT NULL,
  targets      text[] NOT NULL,               -- of each column: what it is; empty: left out
  known        text NOT NULL DEFAULT 'skip' CHECK (known IN ('skip', 'update')),
  rows         integer NOT NULL,
  done_rows    integer NOT NULL DEFAULT 0,
  created      integer NOT NULL DEFAULT 0,
  updated      integer NOT NULL DEFAULT 0,
  skipped      integer NOT NULL DEFAULT 0,
  faulty       integer NOT NULL DEFAULT 0,
  kept         integer NOT NULL DEFAULT 0,    -- by the undo: somebody works with them already
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- What became of a line: for its list of faults, and for the way back.
CREATE TABLE import_row (
  workspace_id bigint NOT NULL,
  import_id    uuid NOT NULL,
  line         integer NOT NULL,
  fate         text NOT NULL CHECK (fate IN ('created', 'updated', 'faulty')),
  target_id    uuid,
  before       text NOT NULL DEFAULT '',      -- JSON of what an update replaced
  problem      text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, import_id, line),
  FOREIGN KEY (workspace_id, import_id) REFERENCES import ON DELETE CASCADE
);

-- What the company knows, in its own words.
CREATE TABLE article (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  folder       text NOT NULL DEFAULT '',
  title        text NOT NULL,
  text         text NOT NULL,
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX article_title ON article (workspace_id, lower(title));
