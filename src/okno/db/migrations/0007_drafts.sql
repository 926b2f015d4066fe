-- The console marks the conversations with an unfinished answer: one operator's drafts are a range of an index.
CREATE INDEX draft_operator ON draft (workspace_id, operator_id, saved_at DESC);
