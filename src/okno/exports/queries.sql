-- name: find_settings :one
SELECT download, email FROM transcript_settings WHERE workspace_id = $1 LIMIT 1;

-- name: save_settings :exec
INSERT INTO transcript_settings (workspace_id, download, email) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id) DO UPDATE SET download = excluded.download, email = excluded.email;

-- One after the other: two that ask at once do not both see the last free place.
-- name: lock_letters :exec
SELECT pg_advisory_xact_lock(hashtextextended('transcript letters ' || $1::bigint::text, 0));

-- name: count_letters :one
SELECT count(*) FILTER (WHERE address = $2) AS of_address, count(*) FILTER (WHERE visitor_id = $3) AS of_visitor,
       count(*) AS of_all
  FROM transcript_letter WHERE workspace_id = $1 AND sent_at > $4 LIMIT 1;

-- name: insert_letter :exec
INSERT INTO transcript_letter (workspace_id, id, address, visitor_id, sent_at) VALUES ($1, $2, $3, $4, $5);

-- name: forget_letters :exec
DELETE FROM transcript_letter WHERE workspace_id = $1 AND sent_at < $2;

-- name: insert_export :exec
INSERT INTO person_export (workspace_id, id, contact_id, asked_by, asked_by_name, asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: lock_exports :exec
SELECT pg_advisory_xact_lock(hashtextextended('person exports ' || $1::bigint::text, 0));

-- name: count_exports :one
SELECT count(*) FILTER (WHERE contact_id = ANY($2::uuid[]) AND status IN ('waiting', 'running')) AS in_work,
       count(*) FILTER (WHERE asked_at > $3) AS lately
  FROM person_export WHERE workspace_id = $1 LIMIT 1;

-- name: list_exports :many
SELECT id, status, asked_by_name, asked_at, made_at, done, total, size_bytes, expires_at FROM person_export
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY asked_at DESC LIMIT $3;

-- name: find_export :one
SELECT id, contact_id, status, asked_at, size_bytes FROM person_export WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: start_export :value
UPDATE person_export SET status = 'running', done = 0, total = $3
 WHERE workspace_id = $1 AND id = $2 AND status IN ('waiting', 'running', 'failed') RETURNING id;

-- name: count_done :exec
UPDATE person_export SET done = $3 WHERE workspace_id = $1 AND id = $2;

-- A person who was erased meanwhile, or an export taken back: nothing may be left of it.
-- name: finish_export :value
UPDATE person_export SET status = 'ready', done = total, size_bytes = $3, made_at = $4, expires_at = $5
 WHERE workspace_id = $1 AND id = $2 AND status = 'running' RETURNING id;

-- name: fail_export :exec
UPDATE person_export SET status = 'failed' WHERE workspace_id = $1 AND id = $2 AND status = 'running';

-- name: delete_export :value
UPDATE person_export SET status = 'deleted', size_bytes = 0 WHERE workspace_id = $1 AND id = $2 AND status <> 'deleted' RETURNING id;

-- name: list_exports_of :many
SELECT id FROM person_export WHERE workspace_id = $1 AND contact_id = $2 AND status <> 'deleted' LIMIT 1000;

-- name: list_expired :many
SELECT workspace_id, id FROM person_export WHERE expires_at < $1 AND status <> 'deleted' ORDER BY expires_at LIMIT $2;

-- name: list_person :many
SELECT g.id FROM contact g, (SELECT coalesce(merged_into, id) AS id FROM contact WHERE workspace_id = $1 AND id = $2) AS root
 WHERE g.workspace_id = $1 AND (g.id = root.id OR g.merged_into = root.id) ORDER BY g.id LIMIT 1000;

-- name: list_own_conversations :many
SELECT c.id, c.last_seq, c.last_at, p.name AS contact_name, i.name AS inbox_name
  FROM conversation c
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
  JOIN inbox i ON i.workspace_id = c.workspace_id AND i.id = c.inbox_id
 WHERE c.workspace_id = $1 AND c.contact_id = ANY($2::uuid[])
 ORDER BY c.last_at LIMIT 10000;

-- name: list_own_events :many
SELECT e.seq, e.client_id, e.actor, e.actor_id, coalesce(o.name, '') AS actor_name, e.created_at, e.body
  FROM event e LEFT JOIN operator o ON o.workspace_id = e.workspace_id AND o.id = e.actor_id AND e.actor = 'operator'
 WHERE e.workspace_id = $1 AND e.conversation_id = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4;

-- name: list_own_files :many
SELECT a.id, a.conversation_id, a.name, a.media_type, a.size_bytes FROM attachment a
  LEFT JOIN conversation c ON c.workspace_id = a.workspace_id AND c.id = a.conversation_id
  LEFT JOIN visitor v ON v.workspace_id = a.workspace_id AND v.id = a.owner_id
 WHERE a.workspace_id = $1 AND (c.contact_id = ANY($2::uuid[]) OR v.contact_id = ANY($2::uuid[])) AND a.status = 'ready'
   AND a.id > $3 ORDER BY a.id LIMIT $4;
