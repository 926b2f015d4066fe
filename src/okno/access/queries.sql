-- name: find_workspace :one
SELECT id, name, locale, onboarded, upload_bytes_max, upload_types FROM workspace WHERE id = $1 LIMIT 1;

-- name: first_workspace :one
SELECT id, name, locale, onboarded FROM workspace ORDER BY id LIMIT 1;

-- name: insert_workspace :value
INSERT INTO workspace (name, locale, created_at) VALUES ($1, $2, $3) RETURNING id;

-- name: change_workspace :one
UPDATE workspace SET name = coalesce($2, name), locale = coalesce($3, locale), onboarded = coalesce($4, onboarded),
       upload_bytes_max = coalesce($5, upload_bytes_max), upload_types = coalesce($6, upload_types)
 WHERE id = $1 RETURNING id, name, locale, onboarded, upload_bytes_max, upload_types;

-- name: list_operators :many
SELECT o.id, o.email, o.name, o.role, o.custom_role_id, o.photo, o.locale, o.theme, o.sound, o.disabled_at, o.created_at,
       ARRAY(SELECT t.team_id FROM operator_team t WHERE t.workspace_id = o.workspace_id AND t.operator_id = o.id ORDER BY 1)
         AS teams
  FROM operator o WHERE o.workspace_id = $1 ORDER BY translate(lower(o.name), 'ё', 'е'), o.name, o.id LIMIT $2;

-- name: list_actors :many
SELECT o.workspace_id, o.id, o.name, o.role, o.photo,
       (SELECT r.permissions FROM custom_role r WHERE r.workspace_id = o.workspace_id AND r.id = o.custom_role_id) AS permissions,
       ARRAY(SELECT t.team_id FROM operator_team t WHERE t.workspace_id = o.workspace_id AND t.operator_id = o.id) AS teams
  FROM operator o WHERE o.workspace_id = $1 AND o.disabled_at IS NULL ORDER BY o.id LIMIT $2;

-- name: find_operator :one
SELECT o.workspace_id, o.id, o.email, o.name, o.role, o.custom_role_id, o.photo, o.locale, o.theme, o.sound,
       o.disabled_at, o.created_at, o.password_hash,
       (SELECT r.permissions FROM custom_role r WHERE r.workspace_id = o.workspace_id AND r.id = o.custom_role_id) AS permissions,
       ARRAY(SELECT t.team_id FROM operator_team t WHERE t.workspace_id = o.workspace_id AND t.operator_id = o.id ORDER BY 1)
         AS teams
  FROM operator o WHERE o.workspace_id = $1 AND o.id = $2 LIMIT 1;

-- name: find_by_email :one
SELECT workspace_id, id, email, password_hash, disabled_at, name, role, locale FROM operator WHERE lower(email) = lower($1) LIMIT 1;

-- name: list_names :many
SELECT workspace_id, id, name, photo, disabled_at IS NULL AS works FROM operator ORDER BY id LIMIT $1;

-- name: insert_operator :exec
INSERT INTO operator (workspace_id, id, email, name, role, locale, created_at, demo) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: change_operator :exec
UPDATE operator SET name = coalesce($3, name), role = coalesce($4, role),
       disabled_at = CASE WHEN $5::boolean IS NULL THEN disabled_at WHEN $5 THEN coalesce(disabled_at, $6) END
 WHERE workspace_id = $1 AND id = $2;

-- name: change_profile :exec
UPDATE operator SET name = coalesce($3, name), locale = coalesce($4, locale), theme = coalesce($5, theme),
       sound = coalesce($6, sound)
 WHERE workspace_id = $1 AND id = $2;

-- name: insert_photo :exec
INSERT INTO operator_photo (hash, image, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: find_photo :value
SELECT image FROM operator_photo WHERE hash = $1 LIMIT 1;

-- name: set_photo :exec
UPDATE operator SET photo = $3 WHERE workspace_id = $1 AND id = $2;

-- name: delete_unused_photos :exec
DELETE FROM operator_photo p
 WHERE NOT EXISTS (SELECT FROM operator o WHERE o.photo = '/photos/' || p.hash || '.webp');

-- name: set_password :exec
UPDATE operator SET password_hash = $3 WHERE workspace_id = $1 AND id = $2;

-- name: set_email :exec
UPDATE operator SET email = $3 WHERE workspace_id = $1 AND id = $2;

-- name: count_owners :value
SELECT count(*) FROM operator WHERE workspace_id = $1 AND role = 'owner' AND disabled_at IS NULL AND id <> $2;

-- name: count_usable :value
SELECT count(*) FROM operator WHERE password_hash IS NOT NULL AND role IN ('owner', 'admin') AND disabled_at IS NULL;

-- name: first_unused_owner :one
SELECT workspace_id, id FROM operator WHERE role = 'owner' AND password_hash IS NULL ORDER BY created_at LIMIT 1;

-- name: leave_teams :exec
DELETE FROM operator_team WHERE workspace_id = $1 AND operator_id = $2;

-- name: join_teams :exec
INSERT INTO operator_team (workspace_id, operator_id, team_id) SELECT $1, $2, unnest($3::bigint[]);

-- name: list_teams :many
SELECT t.id, t.name, (SELECT count(*) FROM operator_team m WHERE m.workspace_id = t.workspace_id AND m.team_id = t.id)
         AS operators
  FROM team t WHERE t.workspace_id = $1 ORDER BY translate(lower(t.name), 'ё', 'е'), t.id LIMIT $2;

-- name: insert_team :value
INSERT INTO team (workspace_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id;

-- name: rename_team :value
UPDATE team SET name = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: insert_session :exec
INSERT INTO operator_session (id, workspace_id, operator_id, token_hash, created_at, seen_at, expires_at, address, user_agent)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8);

-- name: list_sessions :many
SELECT id, created_at, coalesce(seen_at, created_at) AS seen_at, address, user_agent FROM operator_session
 WHERE workspace_id = $1 AND operator_id = $2 AND expires_at > $3 ORDER BY seen_at DESC, id LIMIT $4;

-- name: see_session :exec
UPDATE operator_session SET seen_at = $2 WHERE id = $1;

-- name: end_own_session :value
DELETE FROM operator_session WHERE workspace_id = $1 AND operator_id = $2 AND id = $3 RETURNING id;

-- name: is_known_address :value
SELECT EXISTS (SELECT FROM operator_session WHERE workspace_id = $1 AND operator_id = $2 AND address = $3);

-- name: find_session :one
SELECT s.id AS session_id, s.seen_at, o.workspace_id, o.id, o.name, o.role, o.photo,
       (SELECT r.permissions FROM custom_role r WHERE r.workspace_id = o.workspace_id AND r.id = o.custom_role_id) AS permissions,
       ARRAY(SELECT t.team_id FROM operator_team t WHERE t.workspace_id = o.workspace_id AND t.operator_id = o.id) AS teams
  FROM operator_session s JOIN operator o ON o.workspace_id = s.workspace_id AND o.id = s.operator_id
 WHERE s.token_hash = $1 AND s.expires_at > $2 AND o.disabled_at IS NULL LIMIT 1;

-- name: end_session :exec
DELETE FROM operator_session WHERE id = $1;

-- name: end_sessions :exec
DELETE FROM operator_session WHERE workspace_id = $1 AND operator_id = $2 AND id <> $3;

-- name: end_old_sessions :exec
DELETE FROM operator_session WHERE expires_at < $1;

-- name: list_api_keys :many
SELECT id, name, role, created_at, last_used_at FROM api_key WHERE workspace_id = $1 ORDER BY created_at, id LIMIT $2;

-- name: insert_api_key :exec
INSERT INTO api_key (workspace_id, id, name, secret_hash, role, teams, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: find_api_key :one
SELECT workspace_id, id, name, role, teams, last_used_at, NULL::text[] AS permissions FROM api_key WHERE secret_hash = $1 LIMIT 1;

-- name: use_api_key :exec
UPDATE api_key SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2;

-- name: delete_api_key :value
DELETE FROM api_key WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: insert_link :exec
INSERT INTO one_time_link (token_hash, workspace_id, operator_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: delete_links :exec
DELETE FROM one_time_link WHERE workspace_id = $1 AND operator_id = $2;

-- name: find_link :one
SELECT l.workspace_id, l.operator_id, l.purpose, o.email, o.name
  FROM one_time_link l JOIN operator o ON o.workspace_id = l.workspace_id AND o.id = l.operator_id
 WHERE l.token_hash = $1 AND l.expires_at > $2 AND o.disabled_at IS NULL LIMIT 1;

-- name: use_link :value
DELETE FROM one_time_link WHERE token_hash = $1 RETURNING operator_id;

-- name: count_failures :value
SELECT count(*) FROM login_failure WHERE address = $1 AND at > $2;

-- name: insert_failure :exec
INSERT INTO login_failure (address, at) VALUES ($1, $2);

-- name: clear_failures :exec
DELETE FROM login_failure WHERE address = ANY($1::text[]) OR at < $2;

-- name: count_demo :value
SELECT count(*) FROM operator WHERE workspace_id = $1 AND demo;

-- name: delete_demo :exec
DELETE FROM operator WHERE demo;

-- name: insert_audit :exec
INSERT INTO audit_entry (id, at, workspace_id, actor, actor_id, actor_name, address, action, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: list_audit :many
SELECT id, at, actor, actor_id, actor_name, address, action, subject, detail FROM audit_entry
 WHERE workspace_id = $1 AND ($2::uuid IS NULL OR actor_id = $2) AND ($3 = '' OR action = $3)
   AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5) AND ($6::uuid IS NULL OR id < $6)
 ORDER BY id DESC LIMIT $7;

-- name: list_audit_actions :many
WITH RECURSIVE found AS (
  (SELECT action FROM audit_entry WHERE workspace_id = $1 ORDER BY action LIMIT 1)
  UNION ALL
  SELECT (SELECT a.action FROM audit_entry a WHERE a.workspace_id = $1 AND a.action > found.action ORDER BY a.action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL)
SELECT action FROM found WHERE action IS NOT NULL LIMIT 500;

-- name: forget_audit :value
WITH gone AS (
  DELETE FROM audit_entry a USING workspace w
   WHERE a.workspace_id = w.id AND a.at < $1
     AND a.at < now() - coalesce((SELECT s.audit_days FROM privacy_settings s WHERE s.workspace_id = w.id), 1095)
                        * interval '1 day'
  RETURNING 1)
SELECT count(*) FROM gone;

-- name: list_custom_roles :many
SELECT r.id, r.name, r.role, r.permissions,
       (SELECT count(*) FROM operator o WHERE o.workspace_id = r.workspace_id AND o.custom_role_id = r.id) AS operators
  FROM custom_role r WHERE r.workspace_id = $1 ORDER BY lower(r.name), r.id LIMIT $2;

-- name: find_custom_role :one
SELECT id, name, role, permissions FROM custom_role WHERE workspace_id = $1 AND id = $2 FOR SHARE LIMIT 1;

-- name: insert_custom_role :value
INSERT INTO custom_role (workspace_id, name, role, permissions) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id;

-- name: change_custom_role :many
WITH changed AS (
  UPDATE custom_role SET name = $3, role = $4, permissions = $5 WHERE workspace_id = $1 AND id = $2 RETURNING id, role),
 ranked AS (
  UPDATE operator o SET role = changed.role FROM changed WHERE o.workspace_id = $1 AND o.custom_role_id = changed.id
  RETURNING o.id)
SELECT id FROM ranked LIMIT 10000;

-- name: delete_custom_role :value
DELETE FROM custom_role WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: set_custom_role :exec
UPDATE operator SET custom_role_id = $3, role = coalesce($4, role) WHERE workspace_id = $1 AND id = $2;
