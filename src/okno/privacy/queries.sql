-- name: read_secret_hours :value
SELECT coalesce((SELECT secret_hours FROM privacy_settings WHERE workspace_id = $1), 24);

-- name: count_secrets :value
SELECT count(*) FROM secret WHERE workspace_id = $1 AND conversation_id = $2 AND closed_at IS NULL;

-- name: insert_secret :exec
INSERT INTO secret (workspace_id, id, conversation_id, seq, purpose, asked_by, asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: lock_secret :one
SELECT id, conversation_id, seq, purpose, sealed, given_at, expires_at, closed_at FROM secret
 WHERE workspace_id = $1 AND id = $2 FOR UPDATE LIMIT 1;

-- name: give_secret :exec
UPDATE secret SET sealed = $3, given_at = $4, expires_at = $5 WHERE workspace_id = $1 AND id = $2;

-- name: destroy_secret :exec
UPDATE secret SET sealed = NULL, closed_at = $3 WHERE workspace_id = $1 AND id = $2;

-- name: take_expired :many
SELECT workspace_id, id, conversation_id, seq FROM secret
 WHERE closed_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: next_expiry :value
SELECT expires_at FROM secret WHERE closed_at IS NULL ORDER BY expires_at LIMIT 1;

-- name: read_settings :one
SELECT coalesce((SELECT secret_hours FROM privacy_settings WHERE workspace_id = $1), 24) AS secret_hours,
       coalesce((SELECT audit_days FROM privacy_settings WHERE workspace_id = $1), 1095) AS audit_days LIMIT 1;

-- name: set_settings :exec
INSERT INTO privacy_settings (workspace_id, secret_hours, audit_days) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id) DO UPDATE SET secret_hours = excluded.secret_hours, audit_days = excluded.audit_days;

-- name: find_person :one
SELECT p.erased_at, h.reason, h.created_by_name, h.created_at
  FROM contact p LEFT JOIN legal_hold h ON h.workspace_id = p.workspace_id AND h.contact_id = p.id
 WHERE p.workspace_id = $1 AND p.id = $2 LIMIT 1;

-- In the order of ids, as appending does: two may wait for each other, never in a circle.
-- name: lock_of_contact :many
SELECT id, contact_id FROM conversation WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY id LIMIT 10000 FOR NO KEY UPDATE;

-- name: destroy_secrets_of :exec
UPDATE secret SET sealed = NULL, closed_at = coalesce(closed_at, $3) WHERE workspace_id = $1 AND conversation_id = $2;

-- name: insert_hold :exec
INSERT INTO legal_hold (workspace_id, contact_id, reason, created_by_name, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, contact_id) DO UPDATE SET reason = excluded.reason, created_by_name = excluded.created_by_name,
   created_at = excluded.created_at;

-- name: delete_hold :value
DELETE FROM legal_hold WHERE workspace_id = $1 AND contact_id = $2 RETURNING contact_id;

-- name: find_hold_of :one
SELECT reason FROM legal_hold WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) LIMIT 1;

-- name: list_retention :many
SELECT id, inbox_id, label, days, enabled, run_at, erased FROM retention_policy WHERE workspace_id = $1 ORDER BY id LIMIT $2;

-- name: list_enabled :many
SELECT workspace_id, id, inbox_id, label, days FROM retention_policy WHERE enabled ORDER BY workspace_id, id LIMIT $1;

-- name: set_retention :exec
INSERT INTO retention_policy (workspace_id, inbox_id, label, days, enabled) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, inbox_id, label) DO UPDATE SET days = excluded.days, enabled = excluded.enabled;

-- name: delete_retention :value
DELETE FROM retention_policy WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: note_run :exec
UPDATE retention_policy SET run_at = $3 WHERE workspace_id = $1 AND id = $2;

-- name: note_erased :exec
WITH counted AS (UPDATE retention_policy SET erased = erased + 1 WHERE workspace_id = $1 AND id = $2)
INSERT INTO erased_conversation (workspace_id, conversation_id, erased_at) VALUES ($1, $3, $4) ON CONFLICT DO NOTHING;

-- name: count_due :one
SELECT count(*) FILTER (WHERE h.contact_id IS NULL) AS due, count(h.contact_id) AS held,
       min(c.closed_at) FILTER (WHERE h.contact_id IS NULL) AS oldest
  FROM conversation c LEFT JOIN legal_hold h ON h.workspace_id = c.workspace_id AND h.contact_id = c.contact_id
 WHERE c.workspace_id = $1 AND c.status = 'closed' AND ($2::bigint = 0 OR c.inbox_id = $2)
   AND ($3 = '' OR c.labels @> ARRAY[$3]) AND c.closed_at < $4::timestamptz - $5::integer * interval '1 day'
   AND NOT EXISTS (SELECT FROM erased_conversation e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
                      AND e.erased_at >= c.closed_at)
 LIMIT 1;

-- name: list_due :many
SELECT c.id FROM conversation c
 WHERE c.workspace_id = $1 AND c.status = 'closed' AND ($2::bigint = 0 OR c.inbox_id = $2)
   AND ($3 = '' OR c.labels @> ARRAY[$3]) AND c.closed_at < $4::timestamptz - $5::integer * interval '1 day'
   AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.workspace_id = c.workspace_id AND h.contact_id = c.contact_id)
   AND NOT EXISTS (SELECT FROM erased_conversation e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
                      AND e.erased_at >= c.closed_at)
 ORDER BY c.id LIMIT $6;
