-- name: list_skills :many
SELECT s.id, s.name, (SELECT count(*) FROM operator_skill o WHERE o.workspace_id = s.workspace_id AND o.skill_id = s.id)
         AS operators
  FROM skill s WHERE s.workspace_id = $1 ORDER BY lower(s.name), s.id LIMIT $2;

-- name: insert_skill :value
INSERT INTO skill (workspace_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id;

-- name: rename_skill :value
UPDATE skill SET name = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: forget_skill_in_line :exec
UPDATE queue_entry SET skill_id = NULL, skill_level = 1 WHERE workspace_id = $1 AND skill_id = $2 AND left_at IS NULL;

-- name: delete_skill :value
DELETE FROM skill WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: list_queues :many
SELECT q.id, q.name, q.mode, q.is_default, q.team_id, q.priority, q.skill_id, q.skill_level, q.language, q.accept_s,
       q.answer_s, q.sticky, q.sticky_hours, q.sticky_wait_s, q.chat_use, q.call_use, q.mail_use,
       ARRAY(SELECT i.inbox_id FROM queue_inbox i WHERE i.workspace_id = q.workspace_id AND i.queue_id = q.id ORDER BY 1)
         AS inboxes
  FROM queue q WHERE q.workspace_id = $1 ORDER BY q.is_default DESC, lower(q.name), q.id LIMIT $2;

-- name: ensure_default_queue :exec
INSERT INTO queue (workspace_id, name, mode, is_default, created_at)
SELECT id, CASE locale WHEN 'ru' THEN 'Общая' ELSE 'General' END, 'pull', true, $2 FROM workspace w
 WHERE id = $1 AND NOT EXISTS (SELECT FROM queue q WHERE q.workspace_id = $1 AND q.is_default)
ON CONFLICT DO NOTHING;

-- name: insert_queue :value
INSERT INTO queue (workspace_id, name, mode, team_id, answer_s, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING id;

-- name: change_queue :value
UPDATE queue SET name = coalesce($3, name), mode = coalesce($4, mode), team_id = coalesce($5, team_id),
       priority = coalesce($6, priority), skill_id = CASE WHEN $7::bigint = 0 THEN NULL ELSE coalesce($7, skill_id) END,
       skill_level = coalesce($8, skill_level), language = coalesce($9, language), accept_s = coalesce($10, accept_s),
       answer_s = coalesce($11, answer_s), sticky = coalesce($12, sticky), sticky_hours = coalesce($13, sticky_hours),
       sticky_wait_s = coalesce($14, sticky_wait_s), chat_use = coalesce($15, chat_use),
       call_use = coalesce($16, call_use), mail_use = coalesce($17, mail_use)
 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: clear_inboxes :exec
DELETE FROM queue_inbox WHERE workspace_id = $1 AND queue_id = $2;

-- name: set_inboxes :exec
INSERT INTO queue_inbox (workspace_id, inbox_id, queue_id) SELECT $1, unnest($3::bigint[]), $2
ON CONFLICT (workspace_id, inbox_id) DO UPDATE SET queue_id = excluded.queue_id;

-- name: move_line :exec
UPDATE queue_entry SET queue_id = $3 WHERE workspace_id = $1 AND queue_id = $2 AND left_at IS NULL;

-- name: delete_queue :value
DELETE FROM queue WHERE workspace_id = $1 AND id = $2 AND NOT is_default RETURNING id;

-- name: find_settings :one
SELECT break_reasons, idle_s, misses_max FROM routing_setting WHERE workspace_id = $1 LIMIT 1;

-- name: save_settings :exec
INSERT INTO routing_setting (workspace_id, break_reasons, idle_s, misses_max) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id) DO UPDATE
   SET break_reasons = excluded.break_reasons, idle_s = excluded.idle_s, misses_max = excluded.misses_max;

-- name: list_seats :many
SELECT o.id, coalesce(s.state, 'online') AS state, coalesce(s.reason, '') AS reason,
       coalesce(s.changed_at, o.created_at) AS since, coalesce(s.connected_until > $2, false) AS here,
       coalesce(s.takes_chats, true) AS takes_chats, coalesce(s.takes_calls, true) AS takes_calls,
       coalesce(s.chats_max, 5) AS chats_max, coalesce(s.languages, '{}') AS languages,
       coalesce(s.specialist, false) AS specialist,
       (coalesce(l.load_percent, 0)
        + coalesce((SELECT sum(d.use_percent) FROM desk_call d WHERE d.workspace_id = $1 AND d.operator_id = o.id), 0))::integer AS load_percent,
       coalesce(s.shift_days, '[]') AS shift_days, coalesce(s.shift_zone, '') AS shift_zone,
       coalesce(s.duty, 'free') AS duty, s.duty_until,
       ARRAY(SELECT k.skill_id FROM operator_skill k WHERE k.workspace_id = $1 AND k.operator_id = o.id ORDER BY 1) AS skills,
       ARRAY(SELECT k.level FROM operator_skill k WHERE k.workspace_id = $1 AND k.operator_id = o.id ORDER BY k.skill_id)
         AS levels,
       ARRAY(SELECT ARRAY[h.day, h.from_min, h.to_min] FROM shift h
              WHERE h.workspace_id = $1 AND h.operator_id = o.id ORDER BY h.day, h.from_min) AS shifts
  FROM operator o LEFT JOIN operator_state s ON s.workspace_id = o.workspace_id AND s.operator_id = o.id
  LEFT JOIN (SELECT c.assignee_id, sum(coalesce((SELECT a.use_percent FROM assignment a
         WHERE a.workspace_id = $1 AND a.conversation_id = c.id AND a.ended_at IS NULL), 100)) AS load_percent
               FROM conversation c
              WHERE c.workspace_id = $1 AND c.assignee_id IS NOT NULL AND c.status = 'open' AND NOT c.snoozed AND c.last_at > $3
              GROUP BY c.assignee_id) l ON l.assignee_id = o.id
 WHERE o.workspace_id = $1 AND o.disabled_at IS NULL AND ($4::uuid IS NULL OR o.id = $4)
 ORDER BY lower(o.name), o.id LIMIT $5;

-- name: ensure_state :exec
INSERT INTO operator_state (workspace_id, operator_id, changed_at, idle_since) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING;

-- name: change_state :exec
UPDATE operator_state SET state = coalesce($3, state), reason = coalesce($4, reason),
       takes_chats = coalesce($5, takes_chats), takes_calls = coalesce($6, takes_calls),
       changed_at = CASE WHEN $3 IS DISTINCT FROM state AND $3 IS NOT NULL THEN $7 ELSE changed_at END
 WHERE workspace_id = $1 AND operator_id = $2;

-- name: change_seat :exec
UPDATE operator_state SET chats_max = coalesce($3, chats_max), languages = coalesce($4, languages),
       specialist = coalesce($5, specialist)
 WHERE workspace_id = $1 AND operator_id = $2;

-- name: clear_skills_of :exec
DELETE FROM operator_skill WHERE workspace_id = $1 AND operator_id = $2;

-- name: set_skills_of :exec
INSERT INTO operator_skill (workspace_id, operator_id, skill_id, level) SELECT $1, $2, unnest($3::bigint[]), unnest($4::integer[]);

-- name: clear_shifts_of :exec
DELETE FROM shift WHERE workspace_id = $1 AND operator_id = $2;

-- name: set_shifts_of :exec
INSERT INTO shift (workspace_id, operator_id, day, from_min, to_min)
SELECT $1, $2, unnest($3::integer[]), unnest($4::integer[]), unnest($5::integer[]) ON CONFLICT DO NOTHING;

-- Null stays as it is.
-- name: set_shift_days :exec
UPDATE operator_state SET shift_days = coalesce($3, shift_days), shift_zone = coalesce($4, shift_zone)
 WHERE workspace_id = $1 AND operator_id = $2;

-- name: set_extra :exec
UPDATE operator_state SET extra_until = $3 WHERE workspace_id = $1 AND operator_id = $2;

-- Those whose duty is to be looked at, or the one asked for.
-- name: lock_duties :many
SELECT s.operator_id, s.duty, s.duty_until, s.extra_until, s.shift_days, s.shift_zone,
       ARRAY(SELECT ARRAY[h.day, h.from_min, h.to_min] FROM shift h
              WHERE h.workspace_id = $1 AND h.operator_id = s.operator_id ORDER BY h.day, h.from_min) AS shifts
  FROM operator_state s
 WHERE s.workspace_id = $1 AND CASE WHEN $2::uuid IS NULL THEN s.duty_until <= $3 ELSE s.operator_id = $2 END
 ORDER BY s.operator_id LIMIT 1000 FOR UPDATE;

-- name: set_duty :exec
UPDATE operator_state SET duty = $3, duty_until = $4, duty_since = CASE WHEN duty = $3 THEN duty_since ELSE $5 END
 WHERE workspace_id = $1 AND operator_id = $2;

-- Of those given, who let the last so many offers run out since he came to his desk.
-- name: list_missing :many
SELECT s.operator_id FROM operator_state s
 WHERE s.workspace_id = $1 AND s.operator_id = ANY($2::uuid[]) AND s.state = 'online' AND $3::integer > 0
   AND (SELECT count(*) FROM (
          SELECT f.fate FROM offer f WHERE f.workspace_id = $1 AND f.operator_id = s.operator_id AND f.ended_at >= s.changed_at
             AND f.fate IN ('accepted', 'declined', 'expired') ORDER BY f.ended_at DESC LIMIT $3) l
         WHERE l.fate = 'expired') >= $3
 ORDER BY s.operator_id LIMIT 1000;

-- Rows are taken in the order of ids wherever several are: two may wait for each other, never in a circle.
-- name: beat :exec
WITH mine AS (SELECT s.workspace_id, s.operator_id FROM unnest($1::bigint[], $2::uuid[]) AS u (workspace_id, operator_id)
                JOIN operator_state s ON s.workspace_id = u.workspace_id AND s.operator_id = u.operator_id
               ORDER BY s.operator_id FOR UPDATE OF s)
UPDATE operator_state s SET connected_until = $3 FROM mine
 WHERE s.workspace_id = mine.workspace_id AND s.operator_id = mine.operator_id;

-- name: leave_desk :exec
UPDATE operator_state SET connected_until = least(connected_until, $3) WHERE workspace_id = $1 AND operator_id = $2;

-- name: set_idle :exec
WITH those AS (SELECT operator_id FROM operator_state WHERE workspace_id = $1 AND operator_id = ANY($2::uuid[])
                ORDER BY operator_id FOR UPDATE)
UPDATE operator_state s SET idle_since = $3 FROM those WHERE s.workspace_id = $1 AND s.operator_id = those.operator_id;

-- The state in force of those given: offline once no console has answered for long enough.
-- name: record_intervals :exec
WITH present AS (
  SELECT s.operator_id, CASE WHEN s.connected_until > $3 THEN s.state ELSE 'offline' END AS state,
         CASE WHEN s.connected_until > $3 THEN s.reason ELSE '' END AS reason
    FROM operator_state s WHERE s.workspace_id = $1 AND ($2::uuid[] IS NULL OR s.operator_id = ANY($2::uuid[]))),
     changed AS (
  SELECT p.* FROM present p LEFT JOIN operator_interval i
      ON i.workspace_id = $1 AND i.operator_id = p.operator_id AND i.ended_at IS NULL
   WHERE (i.state, i.reason) IS DISTINCT FROM (p.state, p.reason)),
     ended AS (
  UPDATE operator_interval i SET ended_at = $3 FROM changed c
   WHERE i.workspace_id = $1 AND i.operator_id = c.operator_id AND i.ended_at IS NULL)
SELECT count(*) FROM changed;

-- name: begin_intervals :exec
INSERT INTO operator_interval (workspace_id, operator_id, state, reason, began_at)
SELECT s.workspace_id, s.operator_id, CASE WHEN s.connected_until > $3 THEN s.state ELSE 'offline' END,
       CASE WHEN s.connected_until > $3 THEN s.reason ELSE '' END, $3
  FROM operator_state s
 WHERE s.workspace_id = $1 AND ($2::uuid[] IS NULL OR s.operator_id = ANY($2::uuid[]))
   AND NOT EXISTS (SELECT FROM operator_interval i
                    WHERE i.workspace_id = $1 AND i.operator_id = s.operator_id AND i.ended_at IS NULL)
ON CONFLICT DO NOTHING;

-- name: list_desks :many
SELECT s.workspace_id, s.operator_id, s.state, s.reason, s.changed_at, s.takes_chats, s.takes_calls, s.chats_max,
       s.duty, s.duty_until, coalesce((SELECT r.idle_s FROM routing_setting r WHERE r.workspace_id = s.workspace_id), $4) AS idle_s,
       (coalesce((SELECT sum(coalesce((SELECT a.use_percent FROM assignment a
         WHERE a.workspace_id = c.workspace_id AND a.conversation_id = c.id AND a.ended_at IS NULL), 100)) FROM conversation c
         WHERE c.workspace_id = s.workspace_id AND c.assignee_id = s.operator_id AND c.status = 'open' AND NOT c.snoozed AND c.last_at > $3),
         0) + coalesce((SELECT sum(d.use_percent) FROM desk_call d WHERE d.workspace_id = s.workspace_id AND d.operator_id = s.operator_id), 0))::integer AS load_percent
  FROM unnest($1::bigint[], $2::uuid[]) AS u (workspace_id, operator_id)
  JOIN operator_state s ON s.workspace_id = u.workspace_id AND s.operator_id = u.operator_id
 LIMIT 10000;

-- name: list_offers :many
SELECT f.workspace_id, f.operator_id, f.id, f.conversation_id, c.contact_id, p.name AS contact_name, c.channel, c.preview, q.name AS queue,
       e.entered_at, f.offered_at, f.expires_at, f.why
  FROM unnest($1::bigint[], $2::uuid[]) AS u (workspace_id, operator_id)
  JOIN offer f ON f.workspace_id = u.workspace_id AND f.operator_id = u.operator_id AND f.ended_at IS NULL
  JOIN queue_entry e ON e.workspace_id = f.workspace_id AND e.id = f.entry_id
  JOIN queue q ON q.workspace_id = f.workspace_id AND q.id = e.queue_id
  JOIN conversation c ON c.workspace_id = f.workspace_id AND c.id = f.conversation_id
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 ORDER BY f.offered_at LIMIT 10000;

-- name: list_offer_ids :many
SELECT f.workspace_id, f.operator_id, f.id FROM unnest($1::bigint[], $2::uuid[]) AS u (workspace_id, operator_id)
  JOIN offer f ON f.workspace_id = u.workspace_id AND f.operator_id = u.operator_id AND f.ended_at IS NULL LIMIT 10000;

-- name: list_facts :many
SELECT c.id, c.status, c.turn, c.assignee_id, c.waiting_since, c.team_id, c.inbox_id, c.contact_id, c.channel, c.episode,
       c.held_at, c.preview_actor, c.last_at, c.merged_into, c.language, e.language AS entry_language,
       coalesce(i.team_id, 0) AS inbox_team_id, e.id AS entry_id, e.queue_id, a.id AS assignment_id, a.operator_id AS operator_id, a.assigned_at, a.answer_by,
       a.queue_id AS assigned_queue_id, w.queue_id AS routed_queue_id, w.skill_id AS routed_skill_id,
       w.skill_level AS routed_skill_level, w.priority AS routed_priority
  FROM conversation c LEFT JOIN inbox i ON i.workspace_id = c.workspace_id AND i.id = c.inbox_id
  LEFT JOIN queue_entry e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.left_at IS NULL
  LEFT JOIN assignment a ON a.workspace_id = c.workspace_id AND a.conversation_id = c.id AND a.ended_at IS NULL
  LEFT JOIN conversation_route w ON w.workspace_id = c.workspace_id AND w.conversation_id = c.id AND w.episode = c.episode
 WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) ORDER BY c.id LIMIT 10000;

-- What a rule has said of this episode.
-- name: find_route :one
SELECT skill_id, skill_level, priority FROM conversation_route
 WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3 LIMIT 1;

-- What it leaves out stays as an earlier rule has said it in the same episode.
-- name: save_route :exec
INSERT INTO conversation_route AS w
  (workspace_id, conversation_id, episode, queue_id, skill_id, skill_level, priority, policy_id, rule)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET
   episode = excluded.episode,
   queue_id = CASE WHEN w.episode = excluded.episode THEN coalesce(excluded.queue_id, w.queue_id) ELSE excluded.queue_id END,
   skill_level = CASE WHEN excluded.skill_id IS NULL AND w.episode = excluded.episode THEN w.skill_level
                      ELSE excluded.skill_level END,
   skill_id = CASE WHEN w.episode = excluded.episode THEN coalesce(excluded.skill_id, w.skill_id) ELSE excluded.skill_id END,
   priority = CASE WHEN w.episode = excluded.episode THEN coalesce(excluded.priority, w.priority) ELSE excluded.priority END,
   policy_id = CASE WHEN w.episode = excluded.episode THEN coalesce(excluded.policy_id, w.policy_id) ELSE excluded.policy_id END,
   rule = CASE WHEN w.episode = excluded.episode AND coalesce(excluded.queue_id, excluded.skill_id, excluded.priority) IS NULL
               THEN w.rule ELSE excluded.rule END;

-- An operator has sent it elsewhere: he knows better than the rule.
-- name: forget_route :exec
UPDATE conversation_route SET queue_id = NULL, skill_id = NULL WHERE workspace_id = $1 AND conversation_id = $2;

-- name: find_place :one
SELECT queue_id, entered_at, skill_id, skill_level, priority FROM queue_entry
 WHERE workspace_id = $1 AND conversation_id = $2 AND left_at IS NULL LIMIT 1;

-- name: find_bound :one
SELECT b.operator_id FROM contact_operator b JOIN operator o ON o.workspace_id = b.workspace_id AND o.id = b.operator_id
 WHERE b.workspace_id = $1 AND b.contact_id = $2 AND b.last_at > $3 AND o.disabled_at IS NULL LIMIT 1;

-- name: find_last_entry :one
SELECT queue_id, entered_at, left_at FROM queue_entry
 WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3 ORDER BY joined_at DESC LIMIT 1;

-- name: insert_entry :value
INSERT INTO queue_entry (workspace_id, id, conversation_id, episode, queue_id, entered_at, joined_at, priority, skill_id,
  skill_level, language, preferred_operator_id, preferred_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (workspace_id, conversation_id) WHERE left_at IS NULL DO NOTHING RETURNING id;

-- Whether any operator is known to speak it: nobody waits for a language nobody speaks.
-- name: is_spoken :value
SELECT EXISTS (SELECT FROM operator_state s JOIN operator o ON o.workspace_id = s.workspace_id AND o.id = s.operator_id
                WHERE s.workspace_id = $1 AND $2 = ANY(s.languages) AND o.disabled_at IS NULL) LIMIT 1;

-- name: set_entry_language :exec
UPDATE queue_entry SET language = $3 WHERE workspace_id = $1 AND id = $2 AND left_at IS NULL;

-- name: leave_line :value
WITH gone AS (
  UPDATE queue_entry SET left_at = $3, leave_reason = $4, operator_id = $5
   WHERE workspace_id = $1 AND conversation_id = $2 AND left_at IS NULL RETURNING id), withdrawn AS (
  UPDATE offer SET ended_at = $3, fate = 'withdrawn'
   WHERE workspace_id = $1 AND conversation_id = $2 AND ended_at IS NULL)
SELECT id FROM gone LIMIT 1;

-- name: end_assignment :value
UPDATE assignment SET ended_at = $3, end_reason = $4, answer_by = NULL
 WHERE workspace_id = $1 AND conversation_id = $2 AND ended_at IS NULL RETURNING operator_id;

-- name: list_workspaces :many
SELECT DISTINCT workspace_id FROM operator_state LIMIT 10000;

-- What there is to do for the router, and until when it may sleep.
-- name: find_work :one
SELECT EXISTS (SELECT FROM queue_entry e JOIN queue q ON q.workspace_id = e.workspace_id AND q.id = e.queue_id
                WHERE e.workspace_id = $1 AND e.left_at IS NULL AND (q.mode <> 'pull' OR e.skill_id IS NOT NULL)) AS waiting,
       EXISTS (SELECT FROM queue WHERE workspace_id = $1 AND mode <> 'pull') AS routed,
       (SELECT min(expires_at) FROM offer WHERE workspace_id = $1 AND ended_at IS NULL) AS expires_at,
       (SELECT min(duty_until) FROM operator_state WHERE workspace_id = $1 AND duty_until IS NOT NULL) AS duty_until,
       (SELECT min(answer_by) FROM assignment WHERE workspace_id = $1 AND answer_by IS NOT NULL) AS answer_by,
       (SELECT min(s.connected_until) FROM operator_interval i
          JOIN operator_state s ON s.workspace_id = i.workspace_id AND s.operator_id = i.operator_id
         WHERE i.workspace_id = $1 AND i.ended_at IS NULL AND i.state <> 'offline') AS connected_until
 LIMIT 1;

-- Loads are looked up one by one everywhere: joined, a planner that knows nothing yet reads all assignments for each.
-- name: list_candidates :many
SELECT s.operator_id, s.chats_max, s.idle_since, s.languages, s.specialist, o.role,
       (SELECT r.permissions FROM custom_role r WHERE r.workspace_id = $1 AND r.id = o.custom_role_id) AS permissions, s.takes_chats AND s.state = 'online' AS there,
       ARRAY(SELECT t.team_id FROM operator_team t WHERE t.workspace_id = $1 AND t.operator_id = s.operator_id) AS teams,
       ARRAY(SELECT k.skill_id FROM operator_skill k WHERE k.workspace_id = $1 AND k.operator_id = s.operator_id
              ORDER BY k.skill_id) AS skills,
       ARRAY(SELECT k.level FROM operator_skill k WHERE k.workspace_id = $1 AND k.operator_id = s.operator_id
              ORDER BY k.skill_id) AS levels,
       (coalesce(l.load_percent, 0) + coalesce((SELECT sum(f.use_percent) FROM offer f
          WHERE f.workspace_id = $1 AND f.operator_id = s.operator_id AND f.ended_at IS NULL), 0)
        + coalesce((SELECT sum(d.use_percent) FROM desk_call d WHERE d.workspace_id = $1 AND d.operator_id = s.operator_id), 0))::integer AS load_percent
  FROM operator_state s JOIN operator o ON o.workspace_id = s.workspace_id AND o.id = s.operator_id
  LEFT JOIN LATERAL (SELECT sum(coalesce((SELECT a.use_percent FROM assignment a
         WHERE a.workspace_id = $1 AND a.conversation_id = c.id AND a.ended_at IS NULL), 100)) AS load_percent FROM conversation c
      WHERE c.workspace_id = $1 AND c.assignee_id = s.operator_id AND c.status = 'open' AND NOT c.snoozed AND c.last_at > $3) l ON true
 WHERE s.workspace_id = $1 AND o.disabled_at IS NULL AND s.connected_until > $2 AND s.state = 'online' AND s.takes_chats
   AND s.duty <> 'off' AND (o.custom_role_id IS NULL OR EXISTS (SELECT FROM custom_role r
        WHERE r.workspace_id = $1 AND r.id = o.custom_role_id AND 'conversations' = ANY(r.permissions)))
 LIMIT 10000;

-- The foremost of every sort of wish: what stands behind them cannot be served before them.
-- name: list_line :many
WITH ranked AS (
  SELECT e.id, e.conversation_id, e.queue_id, e.priority, e.entered_at, e.skill_id, e.skill_level, e.language,
         e.preferred_operator_id, e.preferred_until,
         row_number() OVER (PARTITION BY e.queue_id, e.skill_id, e.skill_level, e.language,
                              CASE WHEN e.preferred_operator_id = ANY($2::uuid[]) THEN e.preferred_operator_id END
                            ORDER BY e.priority DESC, e.entered_at, e.id) AS nth
    FROM queue_entry e JOIN queue q ON q.workspace_id = e.workspace_id AND q.id = e.queue_id
   WHERE e.workspace_id = $1 AND e.left_at IS NULL AND (q.mode <> 'pull' OR e.skill_id IS NOT NULL)
     AND NOT EXISTS (SELECT FROM offer f WHERE f.workspace_id = $1 AND f.conversation_id = e.conversation_id
                        AND f.ended_at IS NULL))
SELECT r.*, c.team_id, c.channel, c.contact_id,
       CASE WHEN coalesce(w.queue_id, w.skill_id, w.priority) IS NULL THEN '' ELSE w.rule END AS rule
  FROM ranked r JOIN conversation c ON c.workspace_id = $1 AND c.id = r.conversation_id
  LEFT JOIN conversation_route w ON w.workspace_id = $1 AND w.conversation_id = c.id AND w.episode = c.episode
 WHERE r.nth <= $3 ORDER BY r.priority DESC, r.entered_at, r.id LIMIT $4;

-- name: list_refusals :many
SELECT entry_id, operator_id, max(ended_at) AS ended_at FROM offer
 WHERE workspace_id = $1 AND entry_id = ANY($2::uuid[]) AND fate IN ('declined', 'expired', 'unanswered') AND ended_at > $3
 GROUP BY entry_id, operator_id LIMIT 10000;

-- name: insert_offer :exec
INSERT INTO offer (workspace_id, id, conversation_id, entry_id, operator_id, use_percent, why, offered_at, expires_at,
  ended_at, fate)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING;

-- name: end_offer :value
UPDATE offer SET ended_at = $4, fate = $5
 WHERE workspace_id = $1 AND id = $2 AND operator_id = $3 AND ended_at IS NULL AND expires_at > $4 RETURNING conversation_id;

-- name: find_open_offer :one
SELECT f.conversation_id, f.why, f.use_percent, e.queue_id, q.answer_s
  FROM offer f JOIN queue_entry e ON e.workspace_id = f.workspace_id AND e.id = f.entry_id
  JOIN queue q ON q.workspace_id = e.workspace_id AND q.id = e.queue_id
 WHERE f.workspace_id = $1 AND f.id = $2 AND f.operator_id = $3 AND f.ended_at IS NULL LIMIT 1;

-- name: expire_offers :many
UPDATE offer f SET ended_at = $2, fate = 'expired' FROM queue_entry e, queue q, conversation c, contact p, operator o
 WHERE f.workspace_id = $1 AND f.ended_at IS NULL AND f.expires_at <= $2 AND o.workspace_id = $1 AND o.id = f.operator_id
   AND e.workspace_id = $1 AND e.id = f.entry_id AND q.workspace_id = $1 AND q.id = e.queue_id
   AND c.workspace_id = $1 AND c.id = f.conversation_id AND p.workspace_id = $1 AND p.id = c.contact_id
RETURNING f.conversation_id, f.operator_id, o.name AS operator_name, q.name AS queue, p.name AS contact_name;

-- name: withdraw_offers :many
UPDATE offer f SET ended_at = $2, fate = 'withdrawn' FROM operator_state s, operator o
 WHERE f.workspace_id = $1 AND f.ended_at IS NULL AND s.workspace_id = $1 AND s.operator_id = f.operator_id
   AND o.workspace_id = $1 AND o.id = f.operator_id
   AND NOT (s.state = 'online' AND s.takes_chats AND s.duty <> 'off' AND s.connected_until > $2 AND o.disabled_at IS NULL
            AND (o.custom_role_id IS NULL OR EXISTS (SELECT FROM custom_role r
                 WHERE r.workspace_id = $1 AND r.id = o.custom_role_id AND 'conversations' = ANY(r.permissions))))
RETURNING f.conversation_id, f.operator_id;

-- Conversations to be taken back: unanswered for too long, or with somebody whose console is gone.
-- name: list_overdue :many
SELECT a.conversation_id, a.operator_id, a.queue_id, coalesce(a.answer_by <= $2, false) AS unanswered,
       coalesce(s.duty = 'off', false) AS off, c.episode, p.name AS contact_name, q.name AS queue
  FROM assignment a JOIN conversation c ON c.workspace_id = a.workspace_id AND c.id = a.conversation_id
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
  JOIN queue q ON q.workspace_id = a.workspace_id AND q.id = a.queue_id
  LEFT JOIN operator_state s ON s.workspace_id = a.workspace_id AND s.operator_id = a.operator_id
 WHERE a.workspace_id = $1 AND a.ended_at IS NULL AND c.status = 'open' AND c.assignee_id = a.operator_id
   AND c.waiting_since IS NOT NULL AND c.held_at IS NULL
   AND (a.answer_by <= $2
        OR q.mode <> 'pull' AND (s.operator_id IS NULL OR s.state = 'offline' OR coalesce(s.connected_until, '-infinity') <= $2
                               OR s.duty = 'off' AND a.assigned_at < s.duty_since AND c.waiting_since <= a.assigned_at))
 ORDER BY a.conversation_id LIMIT 200;

-- name: find_whereabouts :one
SELECT c.id, e.queue_id, q.name AS queue_name, e.entered_at, e.skill_id, e.language, a.operator_id, a.assigned_at, a.answer_by,
       a.why,
       CASE WHEN e.id IS NOT NULL THEN (SELECT count(*) FROM queue_entry o
         WHERE o.workspace_id = $1 AND o.queue_id = e.queue_id AND o.left_at IS NULL
           AND (-o.priority, o.entered_at, o.id) <= (-e.priority, e.entered_at, e.id)) END AS position
  FROM conversation c
  LEFT JOIN queue_entry e ON e.workspace_id = $1 AND e.conversation_id = c.id AND e.left_at IS NULL
  LEFT JOIN queue q ON q.workspace_id = $1 AND q.id = e.queue_id
  LEFT JOIN assignment a ON a.workspace_id = $1 AND a.conversation_id = c.id AND a.ended_at IS NULL
 WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: list_lines :many
SELECT q.id, q.name, q.team_id, count(e.id) AS waiting, min(e.entered_at) AS oldest_at
  FROM queue q LEFT JOIN queue_entry e ON e.workspace_id = q.workspace_id AND e.queue_id = q.id AND e.left_at IS NULL
 WHERE q.workspace_id = $1 GROUP BY q.id, q.name, q.team_id, q.is_default ORDER BY q.is_default DESC, lower(q.name), q.id LIMIT $2;

-- name: find_contact_name :value
SELECT p.name FROM conversation c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE c.workspace_id = $1 AND c.id = $2;

-- name: list_unqueued :many
SELECT c.id FROM conversation c
 WHERE c.workspace_id = $1 AND c.status = 'open' AND c.assignee_id IS NULL AND c.waiting_since IS NOT NULL AND c.turn <> 'bot'
   AND NOT EXISTS (SELECT FROM queue_entry e WHERE e.workspace_id = $1 AND e.conversation_id = c.id AND e.left_at IS NULL)
 ORDER BY c.waiting_since LIMIT 1000;

-- Whether the episode before ended in an operator's hands and this one has had none yet.
-- name: was_closed :value
SELECT EXISTS (SELECT FROM assignment WHERE workspace_id = $1 AND conversation_id = $2 AND episode < $3 AND end_reason = 'closed')
   AND NOT EXISTS (SELECT FROM assignment WHERE workspace_id = $1 AND conversation_id = $2 AND episode = $3);

-- name: was_offered :value
SELECT EXISTS (SELECT FROM offer WHERE workspace_id = $1 AND id = $2 AND operator_id = $3);

-- name: lock_seat :value
SELECT operator_id FROM operator_state WHERE workspace_id = $1 AND operator_id = $2 FOR UPDATE;

-- Of a locked seat: what is still free there, in percent of a chat.
-- name: find_room :value
SELECT s.chats_max * 100
     - coalesce((SELECT sum(coalesce((SELECT a.use_percent FROM assignment a
         WHERE a.workspace_id = $1 AND a.conversation_id = c.id AND a.ended_at IS NULL), 100)) FROM conversation c
         WHERE c.workspace_id = $1 AND c.assignee_id = $2 AND c.status = 'open' AND NOT c.snoozed AND c.last_at > $3), 0)
     - coalesce((SELECT sum(use_percent) FROM offer WHERE workspace_id = $1 AND operator_id = $2 AND ended_at IS NULL), 0)
     - coalesce((SELECT sum(d.use_percent) FROM desk_call d WHERE d.workspace_id = $1 AND d.operator_id = $2), 0)
  FROM operator_state s WHERE s.workspace_id = $1 AND s.operator_id = $2 LIMIT 1;

-- name: lock_seats :exec
SELECT operator_id FROM operator_state WHERE workspace_id = $1 AND operator_id = ANY($2::uuid[])
 ORDER BY operator_id LIMIT 10000 FOR UPDATE;

-- Of locked seats: what is still free there, in percent of a chat.
-- name: list_rooms :many
SELECT s.operator_id, (s.chats_max * 100
     - coalesce((SELECT sum(coalesce((SELECT a.use_percent FROM assignment a
         WHERE a.workspace_id = $1 AND a.conversation_id = c.id AND a.ended_at IS NULL), 100)) FROM conversation c
         WHERE c.workspace_id = $1 AND c.assignee_id = s.operator_id AND c.status = 'open' AND NOT c.snoozed AND c.last_at > $3), 0)
     - coalesce((SELECT sum(use_percent) FROM offer f WHERE f.workspace_id = $1 AND f.operator_id = s.operator_id AND f.ended_at IS NULL), 0)
     - coalesce((SELECT sum(d.use_percent) FROM desk_call d WHERE d.workspace_id = $1 AND d.operator_id = s.operator_id), 0))::integer
       AS room
  FROM operator_state s WHERE s.workspace_id = $1 AND s.operator_id = ANY($2::uuid[]) LIMIT 10000;

-- Those that still stand where they were seen.
-- name: leave_line_given :many
WITH given AS (SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS g (conversation_id, entry_id, operator_id)),
     gone AS (
  UPDATE queue_entry e SET left_at = $5, leave_reason = 'assigned', operator_id = g.operator_id FROM given g
   WHERE e.workspace_id = $1 AND e.conversation_id = g.conversation_id AND e.id = g.entry_id AND e.left_at IS NULL
  RETURNING e.conversation_id), withdrawn AS (
  UPDATE offer f SET ended_at = $5, fate = 'withdrawn' FROM gone
   WHERE f.workspace_id = $1 AND f.conversation_id = gone.conversation_id AND f.ended_at IS NULL)
SELECT g.conversation_id, p.name AS contact_name
  FROM gone g JOIN conversation c ON c.workspace_id = $1 AND c.id = g.conversation_id
  JOIN contact p ON p.workspace_id = $1 AND p.id = c.contact_id LIMIT 10000;

-- name: insert_assignments :exec
INSERT INTO assignment (workspace_id, id, conversation_id, episode, operator_id, queue_id, reason, use_percent, why,
  assigned_at, answer_by)
SELECT $1, a.id, a.conversation_id, a.episode, a.operator_id, a.queue_id, a.reason, a.use_percent, a.why, $10, a.answer_by
  FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::uuid[], $6::bigint[], $7::text[], $8::integer[], $9::text[], $11::timestamptz[])
    AS a (id, conversation_id, episode, operator_id, queue_id, reason, use_percent, why, answer_by)
ON CONFLICT (workspace_id, conversation_id) WHERE ended_at IS NULL DO NOTHING;

-- name: list_bound :many
SELECT b.contact_id, b.operator_id, b.last_at
  FROM contact_operator b JOIN operator o ON o.workspace_id = b.workspace_id AND o.id = b.operator_id
 WHERE b.workspace_id = $1 AND b.contact_id = ANY($2::uuid[]) AND o.disabled_at IS NULL LIMIT 10000;

-- In the order of ids: the handler of one process and the router of another write here.
-- name: bind_contacts :exec
INSERT INTO contact_operator (workspace_id, contact_id, operator_id, last_at)
SELECT $1, b.contact_id, b.operator_id, b.last_at
  FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS b (contact_id, operator_id, last_at) ORDER BY b.contact_id
ON CONFLICT (workspace_id, contact_id) DO UPDATE SET operator_id = excluded.operator_id, last_at = excluded.last_at
 WHERE contact_operator.operator_id <> excluded.operator_id OR contact_operator.last_at < excluded.last_at - interval '1 minute';

-- name: end_assignments :exec
UPDATE assignment a SET ended_at = $4, end_reason = e.reason, answer_by = NULL
  FROM unnest($2::uuid[], $3::text[]) AS e (id, reason)
 WHERE a.workspace_id = $1 AND a.id = e.id AND a.ended_at IS NULL;

-- name: set_answers_by :exec
UPDATE assignment a SET answer_by = d.answer_by FROM unnest($2::uuid[], $3::timestamptz[]) AS d (id, answer_by)
 WHERE a.workspace_id = $1 AND a.id = d.id AND a.ended_at IS NULL;

-- name: insert_entries :exec
INSERT INTO queue_entry (workspace_id, id, conversation_id, episode, queue_id, entered_at, joined_at, priority, skill_id,
  skill_level, language, preferred_operator_id, preferred_until)
SELECT $1, e.id, e.conversation_id, e.episode, e.queue_id, e.entered_at, $13, e.priority, e.skill_id, e.skill_level, e.language,
       e.preferred_operator_id, e.preferred_until
  FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::timestamptz[], $7::integer[], $8::bigint[], $9::integer[],
              $10::text[], $11::uuid[], $12::timestamptz[])
    AS e (id, conversation_id, episode, queue_id, entered_at, priority, skill_id, skill_level, language,
          preferred_operator_id, preferred_until)
ON CONFLICT (workspace_id, conversation_id) WHERE left_at IS NULL DO NOTHING;

-- Of all workspaces, for whoever watches the server.
-- name: measure_lines :many
SELECT q.workspace_id, q.id AS queue_id, q.name, count(e.id) AS waiting, min(e.joined_at) AS oldest_at
  FROM queue q LEFT JOIN queue_entry e ON e.workspace_id = q.workspace_id AND e.queue_id = q.id AND e.left_at IS NULL
 GROUP BY q.workspace_id, q.id, q.name LIMIT 10000;

-- Who can be rung now: here, at work, takes calls and speaks with nobody. Longest idle first.
-- name: list_ready_for_calls :many
SELECT s.operator_id FROM operator_state s JOIN operator o ON o.workspace_id = s.workspace_id AND o.id = s.operator_id
 WHERE s.workspace_id = $1 AND o.disabled_at IS NULL AND s.connected_until > $2 AND s.state = 'online' AND s.takes_calls
   AND s.duty <> 'off' AND NOT EXISTS (SELECT FROM desk_call d WHERE d.workspace_id = $1 AND d.operator_id = s.operator_id)
   AND (o.custom_role_id IS NULL OR EXISTS (SELECT FROM custom_role r
        WHERE r.workspace_id = $1 AND r.id = o.custom_role_id AND 'conversations' = ANY(r.permissions)))
 ORDER BY s.idle_since, s.operator_id LIMIT $3;

-- name: begin_call :value
WITH begun AS (
  INSERT INTO desk_call (workspace_id, call_id, operator_id, use_percent, since) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING operator_id)
SELECT operator_id FROM begun
 UNION ALL SELECT operator_id FROM desk_call WHERE workspace_id = $1 AND call_id = $2 AND operator_id = $3 LIMIT 1;

-- name: end_call :many
DELETE FROM desk_call WHERE workspace_id = $1 AND call_id = $2 RETURNING operator_id;

-- name: end_calls_but :many
DELETE FROM desk_call WHERE NOT call_id = ANY($1::uuid[]) RETURNING workspace_id, operator_id;
