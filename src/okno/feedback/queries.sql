-- An episode that ended, if a customer took part in it.
-- name: open_ratings :exec
INSERT INTO rating (workspace_id, conversation_id, episode, operator_id, closed_at)
SELECT e.workspace_id, e.conversation_id, (e.body::jsonb ->> 'episode')::integer,
       coalesce(c.assignee_id, CASE e.actor WHEN 'operator' THEN e.actor_id END), e.created_at
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::integer[]) AS s (workspace_id, id, before_seq, size)
  JOIN event e ON e.workspace_id = s.workspace_id AND e.conversation_id = s.id AND e.seq > s.before_seq
   AND e.seq <= s.before_seq + s.size AND e.type = 'closed'
  JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.id
 WHERE EXISTS (SELECT FROM event m WHERE m.workspace_id = e.workspace_id AND m.conversation_id = e.conversation_id
                  AND m.type = 'message' AND m.actor = 'customer')
    ON CONFLICT DO NOTHING;

-- name: list_closed :many
SELECT seq FROM event WHERE workspace_id = $1 AND conversation_id = $2 AND type = 'closed'
   AND (body::jsonb ->> 'episode')::integer = $3 ORDER BY seq DESC LIMIT 1;

-- name: lock_rating :one
SELECT score, solved, closed_at,
       (SELECT e.body::jsonb ->> 'comment' FROM event e WHERE e.workspace_id = $1 AND e.conversation_id = $2
           AND e.type = 'rated' AND (e.body::jsonb ->> 'episode')::integer = $3 ORDER BY e.seq DESC LIMIT 1) AS comment
  FROM rating WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3 FOR UPDATE LIMIT 1;

-- name: note_asked :exec
UPDATE rating SET asked_at = coalesce(asked_at, $4), skipped_at = CASE WHEN $5 THEN coalesce(skipped_at, $4) ELSE skipped_at END
 WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3;

-- name: rate :exec
UPDATE rating SET score = $5, solved = $6, rated_at = $4, asked_at = coalesce(asked_at, $4)
 WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3;

-- What the customer wrote stands in the timeline alone: erased there, it is nowhere else.
-- name: list_ratings :many
SELECT r.conversation_id, r.episode, c.contact_id, p.name, r.operator_id, r.score, r.solved,
       coalesce((SELECT e.body::jsonb ->> 'comment' FROM event e WHERE e.workspace_id = $1 AND e.type = 'rated'
           AND e.conversation_id = r.conversation_id AND (e.body::jsonb ->> 'episode')::integer = r.episode
         ORDER BY e.seq DESC LIMIT 1), '') AS comment, r.closed_at, r.rated_at
  FROM rating r
  JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE r.workspace_id = $1 AND r.rated_at IS NOT NULL
   AND ($2::boolean OR c.team_id = ANY($3::bigint[]) OR c.assignee_id = $4 OR EXISTS (
        SELECT FROM participant t WHERE t.workspace_id = $1 AND t.conversation_id = c.id AND t.operator_id = $4))
   AND ($5::timestamptz IS NULL OR (r.rated_at, r.conversation_id) < ($5, $6::uuid))
   AND ($7::uuid IS NULL OR c.contact_id = $7) AND r.score <= $8
 ORDER BY r.rated_at DESC, r.conversation_id DESC LIMIT $9;

-- name: count_ratings :many
SELECT r.operator_id, r.score, r.solved, r.asked_at IS NOT NULL AS asked, r.skipped_at IS NOT NULL AS skipped,
       count(*) AS episodes
  FROM rating r JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id
 WHERE r.workspace_id = $1 AND r.closed_at >= $5 AND r.closed_at < $6
   AND ($2::boolean OR c.team_id = ANY($3::bigint[]) OR c.assignee_id = $4 OR EXISTS (
        SELECT FROM participant t WHERE t.workspace_id = $1 AND t.conversation_id = c.id AND t.operator_id = $4))
 GROUP BY r.operator_id, r.score, r.solved, asked, skipped LIMIT 100000;
