-- name: set_snooze :exec
INSERT INTO snooze (workspace_id, conversation_id, operator_id, until_at, seq, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (conversation_id, workspace_id)
DO UPDATE SET operator_id = excluded.operator_id, until_at = excluded.until_at, seq = excluded.seq,
              created_at = excluded.created_at;

-- name: delete_snooze :exec
DELETE FROM snooze WHERE workspace_id = $1 AND conversation_id = $2;

-- name: next_snooze :value
SELECT until_at FROM snooze WHERE until_at IS NOT NULL ORDER BY until_at LIMIT 1;

-- name: list_due_snoozes :many
SELECT workspace_id, conversation_id FROM snooze WHERE until_at <= $1 ORDER BY until_at LIMIT $2;

-- The customer has written since, or it is not laid aside any more.
-- name: list_ended_snoozes :many
SELECT s.conversation_id FROM snooze s JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id
 WHERE s.workspace_id = $1 AND s.conversation_id = ANY($2::uuid[])
   AND (NOT c.snoozed OR EXISTS (
     SELECT FROM event e WHERE e.workspace_id = s.workspace_id AND e.conversation_id = s.conversation_id
        AND e.seq > s.seq AND e.type = 'message' AND e.actor = 'customer'))
 LIMIT 1000;

-- With a time: only if it is due now, so that one put off once more stays.
-- name: end_snooze :one
DELETE FROM snooze WHERE workspace_id = $1 AND conversation_id = $2 AND ($3::timestamptz IS NULL OR until_at <= $3)
RETURNING operator_id;

-- name: contact_name :value
SELECT name FROM contact WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: insert_task :exec
INSERT INTO task (workspace_id, id, conversation_id, contact_id, text, assignee_id, author_id, due_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: lock_task :one
SELECT id, conversation_id, contact_id, text, assignee_id, author_id, due_at, done_at, created_at FROM task
 WHERE workspace_id = $1 AND id = $2 FOR UPDATE LIMIT 1;

-- name: find_task :one
SELECT t.id, t.conversation_id, t.contact_id, coalesce(p.name, '') AS contact_name, t.text, t.assignee_id, t.author_id,
       t.due_at, t.done_at, t.created_at, c.team_id, c.assignee_id AS holder_id,
       ARRAY(SELECT g.operator_id FROM participant g
              WHERE g.workspace_id = t.workspace_id AND g.conversation_id = t.conversation_id) AS participants
  FROM task t LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
  LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
 WHERE t.workspace_id = $1 AND t.id = $2 LIMIT 1;

-- name: set_task :exec
UPDATE task SET text = $3, assignee_id = $4, due_at = $5, done_at = $6,
       told_at = CASE WHEN due_at IS DISTINCT FROM $5 OR assignee_id <> $4 OR $6::timestamptz IS NOT NULL THEN NULL
                      ELSE told_at END
 WHERE workspace_id = $1 AND id = $2;

-- name: delete_task :exec
DELETE FROM task WHERE workspace_id = $1 AND id = $2;

-- name: list_open_tasks :many
SELECT t.id, t.conversation_id, t.contact_id, coalesce(p.name, '') AS contact_name, t.text, t.assignee_id, t.author_id,
       t.due_at, t.done_at, t.created_at, c.team_id, c.assignee_id AS holder_id,
       ARRAY(SELECT g.operator_id FROM participant g
              WHERE g.workspace_id = t.workspace_id AND g.conversation_id = t.conversation_id) AS participants
  FROM task t LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
  LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
 WHERE t.workspace_id = $1 AND t.assignee_id = $2 AND t.done_at IS NULL
   AND ($3::timestamptz IS NULL OR (coalesce(t.due_at, '9999-12-31T00:00:00Z'), t.id) > ($3, $4::uuid))
 ORDER BY coalesce(t.due_at, '9999-12-31T00:00:00Z'), t.id LIMIT $5;

-- name: list_done_tasks :many
SELECT t.id, t.conversation_id, t.contact_id, coalesce(p.name, '') AS contact_name, t.text, t.assignee_id, t.author_id,
       t.due_at, t.done_at, t.created_at, c.team_id, c.assignee_id AS holder_id,
       ARRAY(SELECT g.operator_id FROM participant g
              WHERE g.workspace_id = t.workspace_id AND g.conversation_id = t.conversation_id) AS participants
  FROM task t LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
  LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
 WHERE t.workspace_id = $1 AND t.assignee_id = $2 AND t.done_at IS NOT NULL
   AND ($3::timestamptz IS NULL OR (t.done_at, t.id) < ($3, $4::uuid))
 ORDER BY t.done_at DESC, t.id DESC LIMIT $5;

-- Of a conversation, or of a customer over all conversations.
-- name: list_tasks_about :many
SELECT t.id, t.conversation_id, t.contact_id, coalesce(p.name, '') AS contact_name, t.text, t.assignee_id, t.author_id,
       t.due_at, t.done_at, t.created_at, c.team_id, c.assignee_id AS holder_id,
       ARRAY(SELECT g.operator_id FROM participant g
              WHERE g.workspace_id = t.workspace_id AND g.conversation_id = t.conversation_id) AS participants
  FROM (SELECT * FROM task WHERE workspace_id = $1 AND conversation_id = $2
        UNION
        SELECT * FROM task WHERE workspace_id = $1 AND contact_id = $3) AS t
  LEFT JOIN contact p ON p.workspace_id = t.workspace_id AND p.id = t.contact_id
  LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
 ORDER BY t.done_at IS NOT NULL, coalesce(t.due_at, '9999-12-31T00:00:00Z'), t.id LIMIT $4;

-- name: count_tasks :one
SELECT count(*) AS open, count(*) FILTER (WHERE due_at <= $3) AS due
  FROM task WHERE workspace_id = $1 AND assignee_id = $2 AND done_at IS NULL LIMIT 1;

-- name: next_task :value
SELECT due_at FROM task WHERE done_at IS NULL AND told_at IS NULL AND due_at IS NOT NULL ORDER BY due_at LIMIT 1;

-- name: take_due_tasks :many
UPDATE task SET told_at = $1
 WHERE (workspace_id, id) IN (
   SELECT workspace_id, id FROM task WHERE done_at IS NULL AND told_at IS NULL AND due_at <= $1
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING workspace_id, id, conversation_id, assignee_id, text;

-- name: forget_person :exec
UPDATE task SET text = '—' WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[]));

-- name: find_scope :one
SELECT c.team_id, c.assignee_id FROM conversation c WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: insert_mention :value
INSERT INTO mention (workspace_id, conversation_id, seq, operator_id, author_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING operator_id;

-- name: list_views :many
SELECT id, operator_id, name, filter FROM saved_view WHERE workspace_id = $1 AND (operator_id IS NULL OR operator_id = $2)
 ORDER BY operator_id IS NULL, lower(name), id LIMIT $3;

-- name: count_views :value
SELECT count(*) FROM saved_view WHERE workspace_id = $1 AND operator_id IS NOT DISTINCT FROM $2;

-- name: insert_view :exec
INSERT INTO saved_view (workspace_id, id, operator_id, name, filter, created_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: find_view :one
SELECT id, operator_id, name, filter FROM saved_view WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: change_view :exec
UPDATE saved_view SET name = coalesce($3, name), filter = coalesce($4, filter) WHERE workspace_id = $1 AND id = $2;

-- name: delete_view :exec
DELETE FROM saved_view WHERE workspace_id = $1 AND id = $2;
