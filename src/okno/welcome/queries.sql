-- name: list_online :many
SELECT o.visitor_id, o.visit_id, o.inbox_id, coalesce(i.team_id, 0) AS inbox_team, v.contact_id, coalesce(r.name, '') AS name,
       coalesce(r.verified, false) AS verified, o.url, o.title, o.page_at, o.started_at, o.pages, o.visits, o.source, o.ip, o.device,
       c.id AS conversation_id, c.assignee_id, c.team_id, n.state AS invited, count(*) OVER () AS total
  FROM visitor_online o
  LEFT JOIN inbox i ON i.workspace_id = o.workspace_id AND i.id = o.inbox_id
  LEFT JOIN visitor v ON v.workspace_id = o.workspace_id AND v.id = o.visitor_id AND v.ended_at IS NULL
  LEFT JOIN contact p ON p.workspace_id = o.workspace_id AND p.id = v.contact_id
  LEFT JOIN contact r ON r.workspace_id = o.workspace_id AND r.id = coalesce(p.merged_into, p.id)
  LEFT JOIN conversation c ON c.workspace_id = o.workspace_id AND c.contact_id = v.contact_id AND c.status = 'open'
  LEFT JOIN LATERAL (
       SELECT CASE WHEN n.accepted_at IS NOT NULL THEN 'accepted' WHEN n.dismissed_at IS NOT NULL THEN 'dismissed'
                   WHEN n.shown_at IS NOT NULL THEN 'shown' ELSE 'sent' END AS state
         FROM invitation n WHERE n.workspace_id = o.workspace_id AND n.visitor_id = o.visitor_id
          AND (n.dismissed_at > $6 OR n.created_at > $7) ORDER BY n.created_at DESC LIMIT 1) n ON true
 WHERE o.workspace_id = $1 AND o.seen_at > $2 AND ($3 OR coalesce(i.team_id, 0) = ANY($4::bigint[]))
 ORDER BY o.started_at DESC, o.visitor_id LIMIT $5;

-- name: find_online :one
SELECT o.visitor_id, o.inbox_id, coalesce(i.team_id, 0) AS inbox_team, v.contact_id
  FROM visitor_online o
  LEFT JOIN inbox i ON i.workspace_id = o.workspace_id AND i.id = o.inbox_id
  LEFT JOIN visitor v ON v.workspace_id = o.workspace_id AND v.id = o.visitor_id AND v.ended_at IS NULL
 WHERE o.workspace_id = $1 AND o.visitor_id = $2 AND o.seen_at > $3 LIMIT 1;

-- name: watch :exec
INSERT INTO visitor_watch (workspace_id, until) SELECT unnest($1::bigint[]), $2
ON CONFLICT (workspace_id) DO UPDATE SET until = greatest(visitor_watch.until, excluded.until);

-- name: count_watched :many
SELECT w.workspace_id, (SELECT count(*) FROM visitor_online o WHERE o.workspace_id = w.workspace_id) AS online
  FROM visitor_watch w WHERE w.until > $1 LIMIT 10000;

-- Nobody is invited by two at once, or soon after he has put one away.
-- name: find_in_the_way :one
SELECT i.operator_id, i.dismissed_at IS NOT NULL AS dismissed FROM invitation i
 WHERE i.workspace_id = $1 AND i.visitor_id = $2 AND i.id <> $3
   AND (i.dismissed_at > $4 OR (i.dismissed_at IS NULL AND i.accepted_at IS NULL AND i.created_at > $5))
 ORDER BY i.created_at DESC LIMIT 1;

-- name: find_chat :value
SELECT c.id FROM visitor v JOIN conversation c ON c.workspace_id = v.workspace_id AND c.contact_id = v.contact_id AND c.status = 'open'
 WHERE v.workspace_id = $1 AND v.id = $2 LIMIT 1;

-- name: insert_invitation :exec
INSERT INTO invitation (workspace_id, id, visitor_id, inbox_id, operator_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: find_invitation :one
SELECT id, visitor_id, inbox_id, operator_id, text, created_at, shown_at, accepted_at, dismissed_at, conversation_id
  FROM invitation WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: withdraw_invitation :value
DELETE FROM invitation WHERE workspace_id = $1 AND id = $2 AND accepted_at IS NULL AND dismissed_at IS NULL RETURNING id;

-- name: list_waiting_invitations :many
SELECT DISTINCT ON (i.workspace_id, i.visitor_id) i.workspace_id, i.visitor_id, i.id, i.operator_id, i.text
  FROM unnest($1::bigint[], $2::uuid[]) AS t (workspace_id, visitor_id)
  JOIN invitation i ON i.workspace_id = t.workspace_id AND i.visitor_id = t.visitor_id
 WHERE i.accepted_at IS NULL AND i.dismissed_at IS NULL AND i.created_at > $3
 ORDER BY i.workspace_id, i.visitor_id, i.created_at DESC LIMIT 10000;

-- name: note_invitation :exec
UPDATE invitation SET shown_at = coalesce(shown_at, $4),
       dismissed_at = CASE WHEN $5 AND accepted_at IS NULL THEN coalesce(dismissed_at, $4) ELSE dismissed_at END
 WHERE workspace_id = $1 AND id = $2 AND visitor_id = $3;

-- name: accept_invitation :exec
UPDATE invitation SET accepted_at = coalesce(accepted_at, $3), shown_at = coalesce(shown_at, $3), conversation_id = $4
 WHERE workspace_id = $1 AND id = $2;

-- name: is_at_desk :value
SELECT EXISTS (SELECT FROM operator_state WHERE workspace_id = $1 AND operator_id = $2 AND connected_until > $3);

-- name: count_invitations :one
SELECT count(*) AS sent, count(shown_at) AS shown, count(accepted_at) AS accepted, count(dismissed_at) AS dismissed
  FROM invitation WHERE workspace_id = $1 AND created_at > $2;

-- name: count_greeting :exec
INSERT INTO greeting_count (workspace_id, greeting_id, day, shown, opened, answered, dismissed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, greeting_id, day) DO UPDATE
   SET shown = greeting_count.shown + excluded.shown, opened = greeting_count.opened + excluded.opened,
       answered = greeting_count.answered + excluded.answered, dismissed = greeting_count.dismissed + excluded.dismissed;

-- name: list_greeting_figures :many
SELECT greeting_id, sum(shown) AS shown, sum(opened) AS opened, sum(answered) AS answered, sum(dismissed) AS dismissed
  FROM greeting_count WHERE workspace_id = $1 AND day > $2 GROUP BY greeting_id LIMIT 10000;

-- Whether this episode says already what it answers.
-- name: is_greeted :value
SELECT e.seq FROM event e WHERE e.workspace_id = $1 AND e.conversation_id = $2 AND e.type = 'greeted'
   AND e.seq > coalesce((SELECT max(o.seq) FROM event o WHERE o.workspace_id = $1 AND o.conversation_id = $2 AND o.type = 'opened'), 0) LIMIT 1;

-- name: insert_consent :exec
INSERT INTO consent (workspace_id, id, contact_id, purpose, version, wording, source, given_at)
VALUES ($1, $2, $3, 'personal_data', $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: list_consents :many
SELECT c.id, c.purpose, c.version, c.wording, c.source, c.given_at, c.withdrawn_at, c.withdrawn_by FROM consent c
 WHERE c.workspace_id = $1 AND (c.contact_id = $2 OR c.contact_id IN (
       SELECT p.id FROM contact p WHERE p.workspace_id = $1 AND p.merged_into = $2))
 ORDER BY c.given_at DESC LIMIT $3;

-- name: withdraw_consents :many
UPDATE consent SET withdrawn_at = $4, withdrawn_by = $5
 WHERE workspace_id = $1 AND contact_id = $2 AND ($3::uuid IS NULL OR id = $3) AND withdrawn_at IS NULL RETURNING id;

-- That the person agreed stays as proof; on which page he was goes.
-- name: forget_consents :exec
UPDATE consent SET source = '' WHERE workspace_id = $1 AND contact_id = $2;
