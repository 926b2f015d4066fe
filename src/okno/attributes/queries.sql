-- name: list_attributes :many
SELECT id, subject, key, name, type, choices, place FROM attribute WHERE workspace_id = $1
 ORDER BY subject, place, id LIMIT $2;

-- name: find_attribute :one
SELECT id, subject, key, name, type, choices, place FROM attribute WHERE workspace_id = $1 AND subject = $2 AND key = $3
 LIMIT 1;

-- name: insert_attribute :value
INSERT INTO attribute (workspace_id, subject, key, name, type, choices, place) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING RETURNING id;

-- name: change_attribute :value
UPDATE attribute SET name = coalesce($3, name), choices = coalesce($4, choices), place = coalesce($5, place)
 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: delete_attribute :value
DELETE FROM attribute WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: list_values :many
SELECT a.key, v.value FROM attribute_value v JOIN attribute a ON a.workspace_id = v.workspace_id AND a.id = v.attribute_id
 WHERE v.workspace_id = $1 AND v.subject_id = $2 ORDER BY a.place, a.id LIMIT $3;

-- name: find_value :value
SELECT value FROM attribute_value WHERE workspace_id = $1 AND subject_id = $2 AND attribute_id = $3 LIMIT 1;

-- name: set_value :exec
INSERT INTO attribute_value (workspace_id, subject_id, attribute_id, value, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, subject_id, attribute_id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at;

-- name: delete_value :exec
DELETE FROM attribute_value WHERE workspace_id = $1 AND subject_id = $2 AND attribute_id = $3;

-- name: forget :exec
DELETE FROM attribute_value WHERE workspace_id = $1 AND subject_id = ANY($2::uuid[]);
