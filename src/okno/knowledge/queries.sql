-- name: list_templates :many
SELECT t.id, t.operator_id, t.team_id, t.folder, t.name, t.shortcut, t.text, t.files, t.changed_at,
       coalesce(u.uses, 0)::bigint AS uses, coalesce(u.own, 0)::bigint AS own_uses
  FROM template t
  LEFT JOIN LATERAL (SELECT sum(uses) AS uses, sum(uses) FILTER (WHERE operator_id = $2) AS own
                       FROM template_use WHERE workspace_id = t.workspace_id AND template_id = t.id) u ON true
 WHERE t.workspace_id = $1 AND CASE WHEN t.operator_id IS NOT NULL THEN t.operator_id = $2
                                    ELSE t.team_id IS NULL OR $3 OR t.team_id = ANY($4::bigint[]) END
 ORDER BY lower(t.folder), lower(t.name), t.id LIMIT $5;

-- name: find_template :one
SELECT t.id, t.operator_id, t.team_id, t.folder, t.name, t.shortcut, t.text, t.files, t.changed_at,
       coalesce(u.uses, 0)::bigint AS uses, coalesce(u.own, 0)::bigint AS own_uses
  FROM template t
  LEFT JOIN LATERAL (SELECT sum(uses) AS uses, sum(uses) FILTER (WHERE operator_id = $3) AS own
                       FROM template_use WHERE workspace_id = t.workspace_id AND template_id = t.id) u ON true
 WHERE t.workspace_id = $1 AND t.id = $2 LIMIT 1;

-- name: lock_template :one
SELECT id, operator_id, team_id, folder, name, shortcut, text, files FROM template WHERE workspace_id = $1 AND id = $2
 FOR UPDATE LIMIT 1;

-- A shortcut means one thing to whoever types it: within everybody's, a team's, an operator's own.
-- name: find_shortcut :value
SELECT id FROM template
 WHERE workspace_id = $1 AND lower(shortcut) = lower($2) AND operator_id IS NOT DISTINCT FROM $3
   AND team_id IS NOT DISTINCT FROM $4 AND id <> $5 LIMIT 1;

-- name: count_templates :value
SELECT count(*) FROM template WHERE workspace_id = $1 AND operator_id IS NOT DISTINCT FROM $2 LIMIT 1;

-- name: insert_template :exec
INSERT INTO template (workspace_id, id, operator_id, team_id, folder, name, shortcut, text, files, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10);

-- name: change_template :exec
UPDATE template SET operator_id = $3, team_id = $4, folder = $5, name = $6, shortcut = $7, text = $8, files = $9,
       changed_at = $10
 WHERE workspace_id = $1 AND id = $2;

-- name: delete_template :exec
DELETE FROM template WHERE workspace_id = $1 AND id = $2;

-- name: count_use :exec
INSERT INTO template_use (workspace_id, template_id, operator_id, uses, used_at) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (workspace_id, template_id, operator_id)
DO UPDATE SET uses = template_use.uses + 1, used_at = excluded.used_at;

-- Among everybody's: by shortcut where one is given, else by name.
-- name: find_imported :value
SELECT id FROM template
 WHERE workspace_id = $1 AND operator_id IS NULL AND team_id IS NULL
   AND CASE WHEN $2 <> '' THEN lower(shortcut) = lower($2) ELSE lower(name) = lower($3) END
 ORDER BY id LIMIT 1;

-- name: list_articles :many
SELECT id, folder, title, changed_at FROM article WHERE workspace_id = $1 ORDER BY lower(folder), lower(title), id LIMIT $2;

-- name: find_article :one
SELECT id, folder, title, text, changed_at FROM article WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: find_titled :value
SELECT id FROM article WHERE workspace_id = $1 AND lower(title) = lower($2) ORDER BY id LIMIT 1;

-- name: count_articles :value
SELECT count(*) FROM article WHERE workspace_id = $1 LIMIT 1;

-- name: insert_article :exec
INSERT INTO article (workspace_id, id, folder, title, text, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $6);

-- name: change_article :exec
UPDATE article SET folder = $3, title = $4, text = $5, changed_at = $6 WHERE workspace_id = $1 AND id = $2;

-- name: delete_article :value
DELETE FROM article WHERE workspace_id = $1 AND id = $2 RETURNING id;
