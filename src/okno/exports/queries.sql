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
