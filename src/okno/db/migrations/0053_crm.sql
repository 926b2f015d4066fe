-- Where a customer's record in the company's own system is asked for, and what of the answer is shown.
CREATE TABLE crm_connector (
  workspace_id bigint NOT NULL REFERENCES workspace,
  id           uuid NOT NULL,
  name         text NOT NULL,
  url          text NOT NULL,                 -- with {{contact.email}} and its like
  header       text NOT NULL DEFAULT '',
  secret       bytea,                         -- the header's value, sealed
  keep_s       integer NOT NULL,
  enabled      boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE crm_field (
  workspace_id bigint NOT NULL,
  connector_id uuid NOT NULL,
  place        smallint NOT NULL,
  label        text NOT NULL,
  path         text NOT NULL,                 -- account.plan, orders.0.number
  PRIMARY KEY (workspace_id, connector_id, place),
  FOREIGN KEY (workspace_id, connector_id) REFERENCES crm_connector ON DELETE CASCADE
);
