-- name: list_connectors :many
SELECT id, name, url, header, secret, keep_s, enabled FROM crm_connector WHERE workspace_id = $1
 ORDER BY created_at, id LIMIT $2;

-- name: list_fields :many
SELECT connector_id, label, path FROM crm_field WHERE workspace_id = $1 ORDER BY connector_id, place LIMIT 1000;

-- name: insert_connector :exec
INSERT INTO crm_connector (workspace_id, id, name, url, header, secret, keep_s, enabled, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: change_connector :exec
UPDATE crm_connector SET name = $3, url = $4, header = $5, secret = $6, keep_s = $7, enabled = $8
 WHERE workspace_id = $1 AND id = $2;

-- name: delete_connector :value
DELETE FROM crm_connector WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: delete_fields :exec
DELETE FROM crm_field WHERE workspace_id = $1 AND connector_id = $2;

-- name: insert_field :exec
INSERT INTO crm_field (workspace_id, connector_id, place, label, path) VALUES ($1, $2, $3, $4, $5);
