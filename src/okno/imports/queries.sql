-- name: insert_import :exec
INSERT INTO import (workspace_id, id, operator_id, kind, status, name, content, encoding, delimiter, header, targets, rows,
                    created_at)
VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12);

-- name: list_imports :many
SELECT id, kind, status, name, rows, done_rows, created, updated, skipped, faulty, kept, created_at
  FROM import WHERE workspace_id = $1 ORDER BY created_at DESC, id LIMIT $2;

-- name: find_import :one
SELECT id, operator_id, kind, status, name, content, encoding, delimiter, header, targets, known, rows, done_rows, created,
       updated, skipped, faulty, kept, created_at
  FROM import WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: lock_import :one
SELECT id, operator_id, kind, status, done_rows, known FROM import WHERE workspace_id = $1 AND id = $2 FOR UPDATE LIMIT 1;

-- name: change_import :value
UPDATE import SET encoding = $3, delimiter = $4, header = $5, targets = $6, known = $7, rows = $8
 WHERE workspace_id = $1 AND id = $2 AND status = 'draft' RETURNING id;

-- name: set_status :value
UPDATE import SET status = $4 WHERE workspace_id = $1 AND id = $2 AND status = $3 RETURNING id;

-- name: finish :exec
UPDATE import SET status = 'done', content = NULL WHERE workspace_id = $1 AND id = $2 AND status = 'running';

-- name: delete_import :value
DELETE FROM import WHERE workspace_id = $1 AND id = $2 AND status = 'draft' RETURNING id;

-- Drafts that nobody started, with the file in them.
-- name: forget_drafts :exec
DELETE FROM import WHERE status = 'draft' AND created_at < $1;

-- name: progress :exec
UPDATE import SET done_rows = $3, created = created + $4, updated = updated + $5, skipped = skipped + $6,
       faulty = faulty + $7
 WHERE workspace_id = $1 AND id = $2;

-- name: insert_row :exec
INSERT INTO import_row (workspace_id, import_id, line, fate, target_id, before, problem) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- The last first: a line that updated what an earlier one had made is taken back before it.
-- name: list_rows :many
SELECT line, fate, target_id, before FROM import_row
 WHERE workspace_id = $1 AND import_id = $2 AND fate <> 'faulty' ORDER BY line DESC LIMIT $3;

-- name: delete_row :exec
DELETE FROM import_row WHERE workspace_id = $1 AND import_id = $2 AND line = $3;

-- name: count_kept :exec
UPDATE import SET kept = kept + $3 WHERE workspace_id = $1 AND id = $2;

-- name: list_faults :many
SELECT line, problem FROM import_row WHERE workspace_id = $1 AND import_id = $2 AND fate = 'faulty' ORDER BY line LIMIT $3;

-- The way back to an erased person is erased, too.
-- name: forget_target :exec
DELETE FROM import_row WHERE workspace_id = $1 AND target_id = $2;
