-- name: insert_file :value
INSERT INTO attachment (workspace_id, id, owner_id, name, media_type, size_bytes, upload_bytes, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING RETURNING id;

-- name: find_file :one
SELECT workspace_id, id, owner_id, conversation_id, name, media_type, size_bytes, upload_bytes, got_bytes, status,
       preview, width, height, duration_s, note, created_at, cleared
  FROM attachment WHERE id = $1 LIMIT 1;

-- name: list_files :many
SELECT workspace_id, id, owner_id, conversation_id, name, media_type, size_bytes, upload_bytes, got_bytes, status,
       preview, width, height, duration_s, note, created_at, cleared
  FROM attachment WHERE workspace_id = $1 AND id = ANY($2::uuid[]) LIMIT 100;

-- name: count_lately :one
SELECT count(*) AS files, coalesce(sum(upload_bytes), 0)::bigint AS bytes
  FROM attachment WHERE workspace_id = $1 AND owner_id = $2 AND created_at > $3 LIMIT 1;

-- name: move :value
WITH moved AS (
  UPDATE attachment SET got_bytes = $3 + $4
   WHERE workspace_id = $1 AND id = $2 AND got_bytes = $3 AND status = 'uploading' RETURNING id)
INSERT INTO attachment_part (workspace_id, attachment_id, from_bytes, size_bytes, object)
SELECT $1, id, $3, $4, $5 FROM moved RETURNING attachment_id;

-- name: list_parts :many
SELECT object, size_bytes FROM attachment_part WHERE workspace_id = $1 AND attachment_id = $2
 ORDER BY from_bytes LIMIT 100000;

-- name: claim :value
UPDATE attachment SET examined_by = $4
 WHERE workspace_id = $1 AND id = $2 AND status = 'uploading' AND got_bytes = upload_bytes
   AND (examined_by IS NULL OR examined_by < $3) RETURNING id;

-- name: release :exec
UPDATE attachment SET examined_by = NULL WHERE workspace_id = $1 AND id = $2 AND status = 'uploading';

-- name: finish :value
UPDATE attachment SET status = 'ready', media_type = $3, name = $4, size_bytes = $5, preview = $6, width = $7, height = $8,
       duration_s = $9, examined_by = NULL
 WHERE workspace_id = $1 AND id = $2 AND status = 'uploading' RETURNING id;

-- name: delete_parts :exec
DELETE FROM attachment_part WHERE workspace_id = $1 AND attachment_id = $2;

-- name: erase :many
UPDATE attachment SET status = 'deleted', name = '' WHERE workspace_id = $1 AND id = ANY($2::uuid[])
RETURNING id;

-- name: bind :many
UPDATE attachment SET conversation_id = $4, message_id = $5, note = $6
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND owner_id = $3 AND status = 'ready'
   AND (message_id IS NULL OR (message_id = $5 AND conversation_id = $4))
RETURNING workspace_id, id, owner_id, conversation_id, name, media_type, size_bytes, upload_bytes, got_bytes, status,
          preview, width, height, duration_s, note, created_at, cleared;

-- name: list_unfinished :many
SELECT workspace_id, id FROM attachment
 WHERE conversation_id IS NULL AND NOT kept AND status <> 'deleted' AND created_at < $1 ORDER BY created_at LIMIT $2;

-- Bound to its keeper as to a message: no message takes it.
-- name: keep :many
UPDATE attachment SET kept = true, message_id = $4
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND owner_id = $3 AND status = 'ready' AND conversation_id IS NULL
   AND (message_id IS NULL OR (kept AND message_id = $4))
RETURNING id;

-- name: list_kept :many
SELECT id, name, media_type, size_bytes FROM attachment
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND kept AND status = 'ready' LIMIT $3;

-- name: insert_copy :one
INSERT INTO attachment (workspace_id, id, owner_id, name, media_type, size_bytes, upload_bytes, got_bytes, status, preview,
                        width, height, duration_s, created_at)
SELECT workspace_id, $3, $4, name, media_type, size_bytes, upload_bytes, got_bytes, status, preview, width, height,
       duration_s, $5
  FROM attachment WHERE workspace_id = $1 AND id = $2 AND kept AND status = 'ready'
RETURNING workspace_id, id, owner_id, conversation_id, name, media_type, size_bytes, upload_bytes, got_bytes, status,
          preview, width, height, duration_s, note, created_at, cleared;

-- name: clear_for_customer :exec
UPDATE attachment SET cleared = true
 WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND NOT note AND NOT cleared;
