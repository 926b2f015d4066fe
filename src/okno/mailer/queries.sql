-- name: insert_letter :exec
INSERT INTO letter (id, about, sealed, due_at, created_at, workspace_id, contact_ids) VALUES ($1, $2, $3, $4, $4, $5, $6);

-- name: forget_of_contact :exec
DELETE FROM letter WHERE workspace_id = $1 AND contact_ids @> ARRAY[$2::uuid];

-- name: count_waiting :value
SELECT count(*) FROM (SELECT FROM letter WHERE NOT given_up LIMIT $1) AS waiting;

-- name: measure_letters :one
SELECT count(*) FILTER (WHERE NOT given_up) AS waiting, count(*) FILTER (WHERE given_up) AS given_up FROM letter LIMIT 1;

-- name: take_due :many
UPDATE letter SET due_at = $2, tries = tries + 1
 WHERE id IN (SELECT id FROM letter WHERE due_at <= $1 AND NOT given_up ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, about, sealed, tries, created_at;

-- name: delete_letter :exec
DELETE FROM letter WHERE id = $1;

-- name: try_again :exec
UPDATE letter SET due_at = $2, error = $3, given_up = $4, sealed = CASE WHEN $4 THEN ''::bytea ELSE sealed END WHERE id = $1;

-- name: list_given_up :many
SELECT id, about, tries, error, created_at FROM letter WHERE given_up ORDER BY created_at DESC LIMIT $1;

-- name: forget_given_up :exec
DELETE FROM letter WHERE given_up AND created_at < $1;
