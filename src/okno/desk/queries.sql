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

-- name: list_colours :many
SELECT label, colour FROM label_colour WHERE workspace_id = $1 ORDER BY label LIMIT $2;

-- name: set_colour :exec
INSERT INTO label_colour (workspace_id, label, colour) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, label) DO UPDATE SET colour = excluded.colour;

-- name: delete_colour :exec
DELETE FROM label_colour WHERE workspace_id = $1 AND label = $2;

-- The colour goes with the word, unless the other word has one.
-- name: move_colour :exec
INSERT INTO label_colour (workspace_id, label, colour)
SELECT workspace_id, $3, colour FROM label_colour WHERE workspace_id = $1 AND label = $2
ON CONFLICT DO NOTHING;

-- Macros mean the new word.
-- name: relabel_acts :exec
UPDATE macro_act SET
       added = CASE WHEN $3::text IS NULL THEN array_remove(added, $2) ELSE array_replace(added, $2, $3) END,
       removed = CASE WHEN $3::text IS NULL THEN array_remove(removed, $2) ELSE array_replace(removed, $2, $3) END
 WHERE workspace_id = $1 AND ($2 = ANY(added) OR $2 = ANY(removed));
