-- Of what was appended only what can change the figures: what is no message, the first question, the first answer.
-- name: list_moved :many
SELECT w.workspace_id, w.id
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[]) AS w (workspace_id, id, before_seq, size)
  LEFT JOIN LATERAL (SELECT f.asked_at, f.answered_at, f.operator_id FROM episode_fact f
                      WHERE f.workspace_id = w.workspace_id AND f.conversation_id = w.id
                      ORDER BY f.episode DESC LIMIT 1) f ON true
 WHERE EXISTS (SELECT FROM event e
                WHERE e.workspace_id = w.workspace_id AND e.conversation_id = w.id
                  AND e.seq > w.before_seq AND e.seq <= w.before_seq + w.size
                  AND (e.type <> 'message' OR e.actor = 'customer' AND f.asked_at IS NULL
                       OR e.actor = 'operator' AND (f.answered_at IS NULL OR f.operator_id IS NULL)))
 LIMIT 100000;

-- name: list_starts :many
SELECT c.workspace_id, c.id, c.team_id, c.inbox_id, c.channel,
       coalesce((SELECT max(f.opened_seq) FROM episode_fact f WHERE f.workspace_id = c.workspace_id AND f.conversation_id = c.id), 1)
         AS from_seq
  FROM unnest($1::bigint[], $2::uuid[]) AS w (workspace_id, id)
  JOIN conversation c ON c.workspace_id = w.workspace_id AND c.id = w.id LIMIT 100000;

-- name: list_facts :many
SELECT e.conversation_id, e.type, e.created_at, e.actor, e.actor_id, e.seq, CASE WHEN e.type IN ('opened', 'merged', 'split') THEN e.body END AS body
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[]) AS w (workspace_id, id, from_seq)
  JOIN event e ON e.workspace_id = w.workspace_id AND e.conversation_id = w.id AND e.seq >= w.from_seq
 WHERE e.type IN ('opened', 'closed', 'message', 'merged', 'split') ORDER BY e.conversation_id, e.seq LIMIT 1000000;

-- name: put_episodes :exec
INSERT INTO episode_fact (workspace_id, conversation_id, episode, opened_seq, opened_at, asked_at, answered_at, closed_at,
                          operator_id, team_id, inbox_id, channel)
SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::integer[], $4::bigint[], $5::timestamptz[], $6::timestamptz[],
                     $7::timestamptz[], $8::timestamptz[], $9::uuid[], $10::bigint[], $11::bigint[], $12::text[])
ON CONFLICT (workspace_id, conversation_id, episode) DO UPDATE
   SET opened_seq = excluded.opened_seq, opened_at = excluded.opened_at, asked_at = excluded.asked_at,
       answered_at = excluded.answered_at, closed_at = excluded.closed_at, operator_id = excluded.operator_id,
       team_id = excluded.team_id, inbox_id = excluded.inbox_id, channel = excluded.channel;

-- name: read_state :one
SELECT done, workspace_id, conversation_id FROM figures_state LIMIT 1;

-- name: lock_state :one
SELECT done, workspace_id, conversation_id FROM figures_state LIMIT 1 FOR UPDATE;

-- name: move_state :exec
UPDATE figures_state SET done = $1, workspace_id = $2, conversation_id = $3;

-- name: begin_anew :exec
UPDATE figures_state SET done = false, workspace_id = 0, conversation_id = '00000000-0000-0000-0000-000000000000';

-- name: list_conversations_after :many
SELECT workspace_id, id FROM conversation WHERE (id, workspace_id) > ($1::uuid, $2::bigint) ORDER BY id, workspace_id LIMIT $3;

-- name: forget_of :exec
DELETE FROM episode_fact f USING unnest($1::bigint[], $2::uuid[]) AS w (workspace_id, id)
 WHERE f.workspace_id = w.workspace_id AND f.conversation_id = w.id;

-- name: forget_demo :exec
DELETE FROM episode_fact f USING conversation c, contact p
 WHERE c.workspace_id = f.workspace_id AND c.id = f.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- One pass for the totals and each of their divisions; `level` tells which of them a row is of.
-- name: report :many
WITH f AS MATERIALIZED (
  SELECT date_trunc($10, opened_at AT TIME ZONE $9) AS bucket, team_id, operator_id, channel, asked_at, answered_at, closed_at,
         extract(epoch FROM answered_at - asked_at)::double precision AS answer_s,
         extract(epoch FROM closed_at - opened_at)::double precision AS handling_s
    FROM episode_fact
   WHERE workspace_id = $1 AND opened_at >= $2 AND opened_at < $3
     AND ($4::bigint IS NULL OR team_id = $4) AND ($5::uuid IS NULL OR operator_id = $5)
     AND ($6::text IS NULL OR channel = $6) AND ($7 OR team_id = ANY($8::bigint[])))
SELECT GROUPING(bucket, team_id, operator_id, channel) AS level, bucket, team_id, operator_id, channel, count(*) AS episodes,
       count(answer_s) AS answered,
       count(*) FILTER (WHERE closed_at IS NOT NULL AND asked_at IS NOT NULL AND answered_at IS NULL) AS missed,
       count(closed_at) AS closed, count(*) FILTER (WHERE answer_s <= $11::double precision) AS in_goal,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY answer_s) AS answer_p50_s,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY answer_s) AS answer_p90_s,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY handling_s) AS handling_p50_s
  FROM f GROUP BY GROUPING SETS ((), (bucket), (team_id), (operator_id), (channel)) ORDER BY level, bucket LIMIT 20000;

-- name: list_load :many
SELECT extract(isodow FROM opened_at AT TIME ZONE $9)::integer AS day, extract(hour FROM opened_at AT TIME ZONE $9)::integer AS hour,
       count(*) AS episodes
  FROM episode_fact
 WHERE workspace_id = $1 AND opened_at >= $2 AND opened_at < $3
   AND ($4::bigint IS NULL OR team_id = $4) AND ($5::uuid IS NULL OR operator_id = $5)
   AND ($6::text IS NULL OR channel = $6) AND ($7 OR team_id = ANY($8::bigint[]))
 GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 168;

-- name: list_open :many
SELECT assignee_id, count(*) AS open, count(waiting_since) AS waiting, min(waiting_since) AS oldest
  FROM conversation
 WHERE workspace_id = $1 AND status = 'open' AND ($2::bigint IS NULL OR team_id = $2) AND ($3 OR team_id = ANY($4::bigint[]))
 GROUP BY assignee_id LIMIT 20000;

-- name: read_goal :value
SELECT answer_goal_s FROM figures_setting WHERE workspace_id = $1 LIMIT 1;

-- name: set_goal :exec
INSERT INTO figures_setting (workspace_id, answer_goal_s) VALUES ($1, $2)
ON CONFLICT (workspace_id) DO UPDATE SET answer_goal_s = excluded.answer_goal_s;

-- name: read_watched_shown :value
SELECT watched_shown FROM supervision_setting WHERE workspace_id = $1 LIMIT 1;

-- name: set_watched_shown :exec
INSERT INTO supervision_setting (workspace_id, watched_shown) VALUES ($1, $2)
ON CONFLICT (workspace_id) DO UPDATE SET watched_shown = excluded.watched_shown;

-- Open conversations of operators, who waits longest first; so many as a wall shows.
-- name: list_wall :many
SELECT id, assignee_id, contact_id, contact_name, channel, waiting_since, last_at
  FROM (SELECT c.id, c.assignee_id, c.contact_id, p.name AS contact_name, c.channel, c.waiting_since, c.last_at,
               row_number() OVER (PARTITION BY c.assignee_id ORDER BY c.waiting_since NULLS LAST, c.last_at) AS place
          FROM conversation c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
         WHERE c.workspace_id = $1 AND c.status = 'open' AND c.assignee_id IS NOT NULL
           AND ($2::bigint IS NULL OR c.team_id = $2) AND ($3 OR c.team_id = ANY($4::bigint[]))) ranked
 WHERE place <= $5 ORDER BY assignee_id, place LIMIT 20000;
