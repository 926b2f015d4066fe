-- Quick work at the desk: templates, macros, attributes of one's own, colours of labels.
CREATE TABLE template (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  operator_id  uuid,                        -- set: personal
  team_id      bigint,                      -- set: for this team; neither: for everybody
  folder       text NOT NULL DEFAULT '',
  name         text NOT NULL,
  shortcut     text NOT NULL DEFAULT '',
  text         text NOT NULL,
  files        uuid[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, team_id) REFERENCES team ON DELETE SET NULL (team_id),
  CHECK (operator_id IS NULL OR team_id IS NULL)
);

-- How often each operator took it: his own come first in his search. No hot row for a whole company.
CREATE TABLE template_use (
  workspace_id bigint NOT NULL,
  template_id  uuid NOT NULL,
  operator_id  uuid NOT NULL, -- of an operator, or of an API key
  uses         bigint NOT NULL,
  used_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, template_id, operator_id),
  FOREIGN KEY (workspace_id, template_id) REFERENCES template ON DELETE CASCADE
);

-- A file of a template stays until the template lets it go; messages get copies.
ALTER TABLE attachment ADD COLUMN kept boolean NOT NULL DEFAULT false;

CREATE TABLE macro (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  operator_id  uuid,
  team_id      bigint,
  name         text NOT NULL,
  digit        smallint CHECK (digit BETWEEN 1 AND 9), -- its key in the menu of macros
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, operator_id) REFERENCES operator ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, team_id) REFERENCES team ON DELETE SET NULL (team_id),
  CHECK (operator_id IS NULL OR team_id IS NULL)
);

CREATE TABLE macro_act (
  workspace_id bigint NOT NULL,
  macro_id     uuid NOT NULL,
  place        smallint NOT NULL,
  type         text NOT NULL CHECK (type IN ('reply', 'note', 'label', 'assign', 'close')),
  template_id  uuid,                          -- reply
  text         text NOT NULL DEFAULT '',      -- note
  added        text[] NOT NULL DEFAULT '{}',  -- label
  removed      text[] NOT NULL DEFAULT '{}',  -- label
  target       text NOT NULL DEFAULT '',      -- assign: me, queue, operator
  operator_id  uuid,                          -- assign to this operator
  PRIMARY KEY (workspace_id, macro_id, place),
  FOREIGN KEY (workspace_id, macro_id) REFERENCES macro ON DELETE CASCADE
);

-- What a company wants to know of its customers and conversations beyond what everybody does.
CREATE TABLE attribute (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  subject      text NOT NULL CHECK (subject IN ('contact', 'conversation')),
  key          text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  name         text NOT NULL,
  type         text NOT NULL CHECK (type IN ('text', 'number', 'date', 'choice', 'flag', 'link')),
  choices      text[] NOT NULL DEFAULT '{}',
  place        integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, subject, key)
);

-- `value` is canonical: 12.5, 2026-11-25, true. A contact's or conversation's values are one range of the key.
CREATE TABLE attribute_value (
  workspace_id bigint NOT NULL,
  subject_id   uuid NOT NULL,
  attribute_id bigint NOT NULL,
  value        text NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, subject_id, attribute_id),
  FOREIGN KEY (workspace_id, attribute_id) REFERENCES attribute ON DELETE CASCADE
);
CREATE INDEX attribute_value_attribute ON attribute_value (workspace_id, attribute_id);

-- Labels are words on conversations; a row here only where one has a colour.
CREATE TABLE label_colour (
  workspace_id bigint NOT NULL REFERENCES workspace,
  label        text NOT NULL,
  colour       smallint NOT NULL CHECK (colour BETWEEN 0 AND 5),
  PRIMARY KEY (workspace_id, label)
);
