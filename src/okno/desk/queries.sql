-- name: list_macros :many
SELECT id, operator_id, team_id, name, digit, changed_at FROM macro
 WHERE workspace_id = $1 AND CASE WHEN operator_id IS NOT NULL THEN operator_id = $2
                                  ELSE team_id IS NULL OR $3 OR team_id = ANY($4::bigint[]) END
 ORDER BY digit NULLS LAST, lower(name), id LIMIT $5;

-- name: find_macro :one
SELECT id, operator_id, team_id, name, digit, changed_at FROM macro WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: lock_macro :one
SELECT id, operator_id, team_id, name, digit, changed_at FROM macro WHERE workspace_id = $1 AND id = $2 FOR UPDATE LIMIT 1;

-- name: list_acts :many
SELECT macro_id, type, template_id, text, added, removed, target, operator_id FROM macro_act
 WHERE workspace_id = $1 AND macro_id = ANY($2::uuid[]) ORDER BY macro_id, place LIMIT 10000;

-- name: count_macros :value
SELECT count(*) FROM macro WHERE workspace_id = $1 AND operator_id IS NOT DISTINCT FROM $2 LIMIT 1;

-- name: insert_macro :exec
INSERT INTO macro (workspace_id, id, operator_id, team_id, name, digit, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7);

-- name: change_macro :exec
UPDATE macro SET operator_id = $3, team_id = $4, name = $5, digit = $6, changed_at = $7 WHERE workspace_id = $1 AND id = $2;

-- name: delete_macro :exec
DELETE FROM macro WHERE workspace_id = $1 AND id = $2;

-- name: delete_acts :exec
DELETE FROM macro_act WHERE workspace_id = $1 AND macro_id = $2;

-- name: insert_act :exec
INSERT INTO macro_act (workspace_id, macro_id, place, type, template_id, text, added, removed, target, operator_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);
