-- Rules: when something happens in a conversation and a condition holds, acts are done. They are looked at by `place`.
CREATE TABLE automation_rule (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  place        integer NOT NULL,
  name         text NOT NULL,
  trigger      text NOT NULL CHECK (trigger IN ('began', 'message', 'answered', 'labelled', 'rated', 'overdue', 'closed')),
  condition    text NOT NULL, -- JSON of `Condition`
  acts         text NOT NULL, -- JSON of `RuleAct`s
  enabled      boolean NOT NULL,
  stop         boolean NOT NULL,
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- What a rule did on an event. `running`: it was begun; whoever handles the event again does what is left.
CREATE TABLE automation_run (
  workspace_id    bigint NOT NULL,
  rule_id         uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  at              timestamptz NOT NULL,
  state           text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed', 'stopped')),
  detail          text NOT NULL DEFAULT '',
  PRIMARY KEY (workspace_id, rule_id, conversation_id, seq),
  FOREIGN KEY (workspace_id, rule_id) REFERENCES automation_rule ON DELETE CASCADE
);
CREATE INDEX automation_run_at ON automation_run (workspace_id, rule_id, at DESC, conversation_id, seq);

-- Where a conversation waits in this episode, other than its queue says; null leaves it to the queue and the policies.
CREATE TABLE conversation_route (
  workspace_id    bigint NOT NULL,
  conversation_id uuid NOT NULL,
  episode         integer NOT NULL,
  queue_id        bigint,
  skill_id        bigint,
  skill_level     smallint NOT NULL DEFAULT 1 CHECK (skill_level BETWEEN 1 AND 5),
  priority        smallint CHECK (priority BETWEEN 1 AND 5),
  policy_id       bigint,
  rule            text NOT NULL, -- the name of the rule that said so last
  PRIMARY KEY (workspace_id, conversation_id),
  FOREIGN KEY (workspace_id, queue_id) REFERENCES queue ON DELETE SET NULL (queue_id),
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skill ON DELETE SET NULL (skill_id),
  FOREIGN KEY (workspace_id, policy_id) REFERENCES sla_policy ON DELETE SET NULL (policy_id)
);
