-- name: emit :exec
INSERT INTO outbox (at, topic, payload) VALUES ($1, $2, $3);

-- name: emit_many :exec
INSERT INTO outbox (at, topic, payload) SELECT $1, $2, unnest($3::text[]);

-- name: ensure_cursor :exec
INSERT INTO bus_cursor (handler, xid, id)
VALUES ($1, pg_snapshot_xmin(pg_current_snapshot()), 0) ON CONFLICT DO NOTHING;

-- name: read_cursor :one
SELECT xid::text::bigint AS xid, id FROM bus_cursor WHERE handler = $1 LIMIT 1;

-- "okno" and the handler: until the session ends.
-- name: try_turn :value
SELECT pg_try_advisory_lock(1869311599, hashtext($1));

-- name: read_outbox :many
SELECT xid::text::bigint AS xid, o.id, o.topic, wanted.payload, wanted.workspace_ids, wanted.conversation_ids,
       wanted.before_seqs, wanted.event_counts
  FROM outbox o LEFT JOIN LATERAL (SELECT o.payload, o.workspace_ids, o.conversation_ids, o.before_seqs, o.event_counts
                                    WHERE o.topic = ANY($4::text[])) wanted ON true
 WHERE (xid, o.id) > ($1::bigint::text::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY xid, o.id LIMIT $3;

-- name: move_cursor :value
UPDATE bus_cursor SET xid = $2::bigint::text::xid8, id = $3
 WHERE handler = $1 AND xid = $4::bigint::text::xid8 AND id = $5 RETURNING true;

-- name: park :exec
INSERT INTO bus_parked (handler, topic, payload, error, parked_at) VALUES ($1, $2, $3, $4, $5);

-- name: list_parked :many
SELECT id, handler, topic, payload, error, parked_at, replay FROM bus_parked ORDER BY id LIMIT 200;

-- name: request_replay :value
WITH asked AS (UPDATE bus_parked SET replay = true WHERE id = coalesce($1, id) RETURNING id) SELECT count(*) FROM asked;

-- name: list_asked :many
SELECT id FROM bus_parked WHERE replay ORDER BY id LIMIT 200;

-- name: park_again :exec
UPDATE bus_parked SET replay = false, error = $2, parked_at = $3 WHERE id = $1;

-- name: take_parked :one
DELETE FROM bus_parked WHERE id = $1 RETURNING handler, topic, payload;

-- name: forget :exec
DELETE FROM outbox o WHERE o.at < $1
   AND NOT EXISTS (SELECT FROM bus_cursor c WHERE (c.xid, c.id) < (o.xid, o.id));

-- name: enqueue_job :exec
INSERT INTO okno_jobs.pgqueuer (priority, status, entrypoint, payload, execute_after, dedupe_key)
VALUES (0, 'queued', $1, $2, now() + make_interval(secs => $3), $4)
ON CONFLICT (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::okno_jobs.pgqueuer_status, 'picked'::okno_jobs.pgqueuer_status])) AND dedupe_key IS NOT NULL)
DO NOTHING;

-- name: list_failed_jobs :many
SELECT j.id, j.entrypoint, j.payload, j.attempts, j.updated,
       (SELECT l.traceback->>'exception_message' FROM okno_jobs.pgqueuer_log l
         WHERE l.job_id = j.id AND l.traceback IS NOT NULL ORDER BY l.created DESC LIMIT 1) AS error
  FROM okno_jobs.pgqueuer j WHERE j.status = 'failed' ORDER BY j.id LIMIT $1;

-- name: retry_jobs :many
UPDATE okno_jobs.pgqueuer SET status = 'queued', attempts = 0, execute_after = now(), updated = now(),
       queue_manager_id = NULL, slot = NULL
 WHERE status = 'failed' AND ($1::bigint IS NULL OR id = $1) RETURNING id;

-- name: take_lease :value
INSERT INTO lease (name, holder, until) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until
 WHERE lease.holder = EXCLUDED.holder OR lease.until < clock_timestamp()
RETURNING holder;

-- name: give_lease_up :exec
DELETE FROM lease WHERE name = $1 AND holder = $2;

-- name: oldest_unhandled :value
SELECT waiting.at
  FROM bus_cursor c
 CROSS JOIN LATERAL (SELECT o.at FROM outbox o WHERE (o.xid, o.id) > (c.xid, c.id) AND o.topic = ANY($2::text[])
                      ORDER BY o.xid, o.id LIMIT 1) waiting
 WHERE c.handler = $1 LIMIT 1;


-- Since when each handler has news it has not done; null when it has done all. $2 are its topics with commas between.
-- name: list_lags :many
SELECT h.handler, waiting.at
  FROM unnest($1::text[], $2::text[]) AS h (handler, topics) JOIN bus_cursor c ON c.handler = h.handler
  LEFT JOIN LATERAL (SELECT o.at FROM outbox o
                      WHERE (o.xid, o.id) > (c.xid, c.id) AND o.topic = ANY(string_to_array(h.topics, ','))
                      ORDER BY o.xid, o.id LIMIT 1) waiting ON true LIMIT 1000;

-- name: count_parked :many
SELECT handler, count(*) AS parked FROM bus_parked GROUP BY handler LIMIT 1000;

-- name: count_jobs :many
SELECT status::text, count(*) AS jobs FROM okno_jobs.pgqueuer GROUP BY status LIMIT 20;

-- name: keep_hints :exec
INSERT INTO outbox (at, topic, payload) SELECT $1, 'hint', unnest($2::text[]);

-- name: outbox_end :value
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- What other processes must hear of: changes of conversations, and hints that NATS could not carry.
-- name: follow_outbox :many
SELECT xid::text::bigint AS xid, o.id, o.topic, o.payload, o.workspace_ids, o.conversation_ids, o.before_seqs, o.event_counts
  FROM outbox o
 WHERE (xid, o.id) > ($1::bigint::text::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
   AND (o.workspace_ids IS NOT NULL OR o.topic = 'hint')
 ORDER BY xid, o.id LIMIT $3;
