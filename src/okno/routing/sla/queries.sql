-- name: list_policies :many
SELECT id, name, queue_id, label, priority_min, calendar_id, first_answer_s, next_answer_s, resolution_s, enabled
  FROM sla_policy WHERE workspace_id = $1 ORDER BY position, id LIMIT $2;

-- name: count_running :many
SELECT policy_id, count(*) AS running, count(*) FILTER (WHERE due_at <= $2) AS late
  FROM sla_clock WHERE workspace_id = $1 AND stopped_at IS NULL AND due_at IS NOT NULL AND policy_id IS NOT NULL
 GROUP BY policy_id LIMIT 1000;

-- name: insert_policy :value
INSERT INTO sla_policy (workspace_id, name, queue_id, label, priority_min, calendar_id, first_answer_s, next_answer_s,
                        resolution_s, enabled, position, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
       coalesce((SELECT max(position) + 1 FROM sla_policy WHERE workspace_id = $1), 0), $11
 WHERE (SELECT count(*) FROM sla_policy WHERE workspace_id = $1) < $12 RETURNING id;

-- name: change_policy :value
UPDATE sla_policy SET name = $3, queue_id = $4, label = $5, priority_min = $6, calendar_id = $7, first_answer_s = $8,
       next_answer_s = $9, resolution_s = $10, enabled = $11
 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: delete_policy :value
DELETE FROM sla_policy WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: order_policies :exec
UPDATE sla_policy p SET position = w.place FROM unnest($2::bigint[]) WITH ORDINALITY AS w (id, place)
 WHERE p.workspace_id = $1 AND p.id = w.id;

-- name: list_tracks :many
SELECT conversation_id, seen_seq, episode, answered, waits, held FROM sla_track
 WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) ORDER BY conversation_id LIMIT 10000 FOR UPDATE;

-- name: list_clocks :many
SELECT conversation_id, clock, started_at, episode, used_s, resumed_at, stopped_at, policy_id, due_at, warn_at
  FROM sla_clock WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND stopped_at IS NULL
 ORDER BY conversation_id, started_at LIMIT 40000;

-- What clocks ask of events after a number, of several conversations.
-- name: list_facts :many
SELECT w.id AS conversation_id, e.seq, e.created_at, e.actor, e.type,
       CASE WHEN e.type IN ('held', 'opened', 'merged', 'split') THEN e.body ELSE '' END AS body
  FROM unnest($2::uuid[], $3::bigint[]) AS w (id, after)
 CROSS JOIN LATERAL (SELECT seq, created_at, actor, type, body FROM event
                      WHERE workspace_id = $1 AND conversation_id = w.id AND seq > w.after ORDER BY seq LIMIT $4) e
 ORDER BY w.id, e.seq LIMIT 100000;

-- Where the present episode begins; for a conversation that was not followed so far.
-- name: find_opening :value
SELECT seq FROM event WHERE workspace_id = $1 AND conversation_id = $2 AND type = 'opened' ORDER BY seq DESC LIMIT 1;

-- What policies look at. A conversation that stands in no queue yet counts as of the one it would come to.
-- name: list_conversations :many
SELECT c.id, c.labels, c.episode, c.status, c.assignee_id, p.name AS contact_name, q.id AS queue_id, q.name AS queue_name,
       coalesce(e.priority, w.priority, q.priority, 3) AS priority, w.policy_id AS said_policy_id
  FROM conversation c
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
  LEFT JOIN conversation_route w ON w.workspace_id = c.workspace_id AND w.conversation_id = c.id AND w.episode = c.episode
  LEFT JOIN LATERAL (SELECT queue_id, priority FROM queue_entry e
                      WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
                      ORDER BY joined_at DESC LIMIT 1) e ON true
  LEFT JOIN LATERAL (SELECT q.id, q.name, q.priority FROM queue q
                      WHERE q.workspace_id = c.workspace_id
                        AND (q.id = e.queue_id OR e.queue_id IS NULL
                             AND (q.is_default OR c.team_id > 0 AND q.team_id = c.team_id
                                  OR EXISTS (SELECT FROM queue_inbox i WHERE i.workspace_id = c.workspace_id
                                                AND i.queue_id = q.id AND i.inbox_id = c.inbox_id)))
                      ORDER BY EXISTS (SELECT FROM queue_inbox i WHERE i.workspace_id = c.workspace_id
                                          AND i.queue_id = q.id AND i.inbox_id = c.inbox_id) DESC, q.is_default
                      LIMIT 1) q ON true
 WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) LIMIT 10000;

-- name: save_tracks :exec
INSERT INTO sla_track (workspace_id, conversation_id, seen_seq, episode, answered, waits, held)
SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::integer[], $5::boolean[], $6::boolean[], $7::boolean[])
ON CONFLICT (workspace_id, conversation_id) DO UPDATE
   SET seen_seq = excluded.seen_seq, episode = excluded.episode, answered = excluded.answered, waits = excluded.waits,
       held = excluded.held;

-- A clock that gets more time is not late any more; its warning is given anew.
-- name: save_clocks :exec
INSERT INTO sla_clock AS k (workspace_id, conversation_id, clock, started_at, episode, used_s, resumed_at, stopped_at,
                            policy_id, due_at, warn_at)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::integer[], $6::double precision[],
                         $7::timestamptz[], $8::timestamptz[], $9::bigint[], $10::timestamptz[], $11::timestamptz[])
ON CONFLICT (workspace_id, conversation_id, clock, started_at) DO UPDATE
   SET used_s = excluded.used_s, resumed_at = excluded.resumed_at, stopped_at = excluded.stopped_at,
       policy_id = excluded.policy_id,
       due_at = CASE WHEN excluded.stopped_at IS NULL THEN excluded.due_at ELSE coalesce(excluded.due_at, k.due_at) END,
       warn_at = excluded.warn_at,
       warned_at = CASE WHEN excluded.warn_at > k.warned_at THEN NULL ELSE k.warned_at END,
       breached_at = CASE WHEN excluded.due_at > k.breached_at THEN NULL ELSE k.breached_at END;

-- Conversations with clocks that run, a page; for a change of policies.
-- name: list_followed :many
SELECT DISTINCT conversation_id FROM sla_clock
 WHERE workspace_id = $1 AND stopped_at IS NULL AND conversation_id > $2 ORDER BY conversation_id LIMIT $3;

-- Open conversations that were not followed so far, a page.
-- name: list_unfollowed :many
SELECT c.id FROM conversation c
 WHERE c.workspace_id = $1 AND c.status = 'open' AND c.id > $2
   AND NOT EXISTS (SELECT FROM sla_track t WHERE t.workspace_id = $1 AND t.conversation_id = c.id)
 ORDER BY c.id LIMIT $3;

-- name: earliest :one
SELECT (SELECT min(warn_at) FROM sla_clock WHERE stopped_at IS NULL AND warned_at IS NULL AND warn_at IS NOT NULL) AS warn_at,
       (SELECT min(due_at) FROM sla_clock WHERE stopped_at IS NULL AND breached_at IS NULL AND due_at IS NOT NULL) AS due_at
 LIMIT 1;

-- name: take_warnings :many
UPDATE sla_clock k SET warned_at = $1
  FROM (SELECT workspace_id, conversation_id, clock, started_at FROM sla_clock
         WHERE stopped_at IS NULL AND warned_at IS NULL AND warn_at <= $1
         ORDER BY warn_at LIMIT $2 FOR UPDATE SKIP LOCKED) w
 WHERE k.workspace_id = w.workspace_id AND k.conversation_id = w.conversation_id AND k.clock = w.clock
   AND k.started_at = w.started_at
RETURNING k.workspace_id, k.conversation_id, k.clock, k.started_at, k.due_at, k.policy_id;

-- name: list_late :many
SELECT k.workspace_id, k.conversation_id, k.clock, k.started_at, k.due_at, k.policy_id, coalesce(p.name, '') AS policy
  FROM sla_clock k LEFT JOIN sla_policy p ON p.workspace_id = k.workspace_id AND p.id = k.policy_id
 WHERE k.stopped_at IS NULL AND k.breached_at IS NULL AND k.due_at <= $1 ORDER BY k.due_at LIMIT $2;

-- name: take_breach :value
UPDATE sla_clock SET breached_at = $5
 WHERE workspace_id = $1 AND conversation_id = $2 AND clock = $3 AND started_at = $4 AND stopped_at IS NULL
   AND breached_at IS NULL AND due_at <= $5 RETURNING clock;

-- name: drop_clock :exec
UPDATE sla_clock SET stopped_at = $5
 WHERE workspace_id = $1 AND conversation_id = $2 AND clock = $3 AND started_at = $4;

-- name: list_states :many
SELECT k.clock, coalesce(p.name, '') AS policy, k.started_at, k.stopped_at, k.due_at, k.warn_at, k.breached_at
  FROM sla_clock k LEFT JOIN sla_policy p ON p.workspace_id = k.workspace_id AND p.id = k.policy_id
 WHERE k.workspace_id = $1 AND k.conversation_id = $2 ORDER BY k.started_at DESC LIMIT $3;

-- name: count_attained :many
SELECT clock, count(*) FILTER (WHERE breached_at IS NULL AND stopped_at <= due_at) AS met,
       count(*) FILTER (WHERE breached_at IS NOT NULL OR coalesce(stopped_at, $3) > due_at) AS late
  FROM sla_clock WHERE workspace_id = $1 AND started_at >= $2 AND due_at IS NOT NULL AND clock <> 'promise'
 GROUP BY clock LIMIT 10;

-- name: end_promises :exec
UPDATE promise p SET ended_at = w.at, check_at = NULL,
       answered_at = (SELECT min(e.created_at) FROM event e
                       WHERE e.workspace_id = $1 AND e.conversation_id = p.conversation_id AND e.type = 'message'
                         AND e.actor = 'operator' AND e.created_at >= p.made_at AND e.created_at <= w.at)
  FROM unnest($2::uuid[], $3::timestamptz[]) AS w (id, at)
 WHERE p.workspace_id = $1 AND p.conversation_id = w.id AND p.ended_at IS NULL AND w.at >= p.made_at;

-- Those a closing has ended without an answer.
-- name: revive_promises :exec
UPDATE promise p SET ended_at = NULL, check_at = CASE WHEN p.moved_to IS NULL THEN p.ended_at END
  FROM conversation c
 WHERE p.workspace_id = $1 AND p.conversation_id = ANY($2::uuid[]) AND p.answered_at IS NULL
   AND c.workspace_id = $1 AND c.id = p.conversation_id AND c.waiting_since <= p.made_at
   AND p.ended_at >= (SELECT max(e.created_at) FROM event e
                       WHERE e.workspace_id = $1 AND e.conversation_id = c.id AND e.type = 'closed');

-- name: revive_promise_clocks :many
UPDATE sla_clock k SET stopped_at = NULL, resumed_at = k.started_at
  FROM promise p
 WHERE k.workspace_id = $1 AND k.conversation_id = ANY($2::uuid[]) AND k.clock = 'promise' AND k.stopped_at IS NOT NULL
   AND p.workspace_id = $1 AND p.conversation_id = k.conversation_id AND p.made_at = k.started_at AND p.ended_at IS NULL
RETURNING k.conversation_id AS id;

-- The queue a conversation of an inbox comes to.
-- name: find_queue :one
SELECT q.id, q.name, q.priority, q.team_id FROM queue q
 WHERE q.workspace_id = $1
   AND (q.is_default OR $3::bigint > 0 AND q.team_id = $3
        OR EXISTS (SELECT FROM queue_inbox i WHERE i.workspace_id = $1 AND i.queue_id = q.id AND i.inbox_id = $2))
 ORDER BY EXISTS (SELECT FROM queue_inbox i WHERE i.workspace_id = $1 AND i.queue_id = q.id AND i.inbox_id = $2) DESC,
          q.is_default
 LIMIT 1;

-- name: list_exits :many
SELECT joined_at, left_at FROM queue_entry
 WHERE workspace_id = $1 AND queue_id = $2 AND leave_reason IN ('assigned', 'taken', 'answered')
 ORDER BY left_at DESC LIMIT $3;

-- name: list_outcomes :many
SELECT cause, made_at, opening, expected_s, promised_at, answered_at FROM promise
 WHERE workspace_id = $1 AND queue_id = $2 AND cause = $3 AND answered_at IS NOT NULL
 ORDER BY answered_at DESC LIMIT $4;

-- How many chats can be taken at once by those who were there lately.
-- name: read_room :value
SELECT coalesce(sum(s.chats_max), 0)::integer FROM operator_state s
 WHERE s.workspace_id = $1 AND s.takes_chats AND s.connected_until > $2
   AND ($3::bigint = 0 OR EXISTS (SELECT FROM operator_team t WHERE t.workspace_id = $1 AND t.operator_id = s.operator_id
                                     AND t.team_id = $3));

-- name: count_waiting :value
SELECT count(*)::integer FROM queue_entry
 WHERE workspace_id = $1 AND queue_id = $2 AND left_at IS NULL AND priority >= $3;

-- Everybody who waits in the queues of a workspace, in the order they are served.
-- name: list_line :many
SELECT conversation_id, queue_id FROM queue_entry WHERE workspace_id = $1 AND left_at IS NULL
 ORDER BY queue_id, priority DESC, entered_at LIMIT $2;

-- name: find_waiting :one
SELECT c.id, c.inbox_id, c.team_id, c.waiting_since, c.status,
       (SELECT count(*) FROM queue_entry o
         WHERE o.workspace_id = e.workspace_id AND o.queue_id = e.queue_id AND o.left_at IS NULL
           AND (o.priority, e.entered_at) > (e.priority, o.entered_at))::integer AS ahead
  FROM conversation c LEFT JOIN queue_entry e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id
                                             AND e.left_at IS NULL
 WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: insert_promise :value
INSERT INTO promise (workspace_id, id, conversation_id, queue_id, calendar_id, cause, made_at, opening, ahead, expected_s,
                     promised_at, check_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (workspace_id, conversation_id) WHERE ended_at IS NULL DO NOTHING RETURNING id;

-- name: start_promise_clock :exec
INSERT INTO sla_clock (workspace_id, conversation_id, clock, started_at, episode, resumed_at, due_at, warn_at)
VALUES ($1, $2, 'promise', $3, $4, $3, $5, $6) ON CONFLICT DO NOTHING;

-- name: find_promise :one
SELECT promised_at, moved_to, cause FROM promise
 WHERE workspace_id = $1 AND conversation_id = $2 AND ended_at IS NULL LIMIT 1;

-- name: earliest_check :value
SELECT min(check_at) FROM promise WHERE ended_at IS NULL AND check_at IS NOT NULL;

-- name: list_checks :many
SELECT workspace_id, id, conversation_id, queue_id, calendar_id, cause, made_at, promised_at, check_at FROM promise
 WHERE ended_at IS NULL AND check_at <= $1 ORDER BY check_at LIMIT $2;

-- name: put_check :value
UPDATE promise SET check_at = $4 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL AND check_at = $3 RETURNING id;

-- name: move_promise :value
UPDATE promise SET check_at = NULL, told_at = $4, moved_to = $5
 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL AND check_at = $3 RETURNING id;

-- name: count_promises :one
SELECT count(*) FILTER (WHERE answered_at <= promised_at) AS kept,
       count(*) FILTER (WHERE answered_at > promised_at OR ended_at IS NULL AND promised_at < $3) AS broken,
       count(*) FILTER (WHERE answered_at > promised_at AND told_at < promised_at) AS told,
       count(*) FILTER (WHERE ended_at IS NULL) AS running,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM promised_at - made_at))
                  FILTER (WHERE answered_at IS NOT NULL), 0)::double precision AS promised_s,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - made_at))
                  FILTER (WHERE answered_at IS NOT NULL), 0)::double precision AS waited_s
  FROM promise WHERE workspace_id = $1 AND made_at >= $2 LIMIT 1;
