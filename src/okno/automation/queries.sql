-- name: list_rules :many
SELECT r.id, r.place, r.name, r.trigger, r.condition, r.acts, r.enabled, r.stop, r.changed_at, n.runs, n.failed, n.last_at
  FROM automation_rule r
 CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE at > $2) AS runs,
                            count(*) FILTER (WHERE at > $2 AND state IN ('failed', 'stopped')) AS failed, max(at) AS last_at
                       FROM automation_run a WHERE a.workspace_id = $1 AND a.rule_id = r.id) n
 WHERE r.workspace_id = $1 ORDER BY r.place, r.id LIMIT $3;

-- What is to be looked at with every event.
-- name: list_enabled :many
SELECT id, name, trigger, condition, acts, stop FROM automation_rule
 WHERE workspace_id = $1 AND enabled ORDER BY place, id LIMIT $2;

-- name: find_rule :one
SELECT id, name, trigger, condition, acts, stop FROM automation_rule WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: insert_rule :value
INSERT INTO automation_rule (workspace_id, id, place, name, trigger, condition, acts, enabled, stop, created_at, changed_at)
SELECT $1, $2, coalesce((SELECT max(place) + 1 FROM automation_rule WHERE workspace_id = $1), 0), $3, $4, $5, $6, $7, $8, $9, $9
 WHERE (SELECT count(*) FROM automation_rule WHERE workspace_id = $1) < $10 RETURNING id;

-- name: change_rule :value
UPDATE automation_rule SET name = $3, trigger = $4, condition = $5, acts = $6, enabled = $7, stop = $8, changed_at = $9
 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: delete_rule :value
DELETE FROM automation_rule WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: order_rules :exec
UPDATE automation_rule r SET place = w.place FROM unnest($2::uuid[]) WITH ORDINALITY AS w (id, place)
 WHERE r.workspace_id = $1 AND r.id = w.id;

-- Events that can wake a rule, of stretches of timelines. `first`: the customer has said nothing before in this episode.
-- name: list_woken :many
SELECT e.conversation_id, e.seq, e.actor, e.actor_id, e.type, e.body, e.created_at,
       e.type = 'message' AND e.actor = 'customer' AND NOT EXISTS (
         SELECT FROM event p WHERE p.workspace_id = $1 AND p.conversation_id = e.conversation_id AND p.seq < e.seq
            AND p.actor = 'customer' AND p.type = 'message'
            AND p.seq > coalesce((SELECT o.seq FROM event o
                                   WHERE o.workspace_id = $1 AND o.conversation_id = e.conversation_id AND o.seq < e.seq
                                     AND o.type = 'opened' ORDER BY o.seq DESC LIMIT 1), 0)) AS first
  FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS s (conversation_id, before_seq, last_seq)
  JOIN event e ON e.workspace_id = $1 AND e.conversation_id = s.conversation_id AND e.seq > s.before_seq AND e.seq <= s.last_seq
 WHERE e.type IN ('message', 'labelled', 'closed', 'rated', 'overdue')
 ORDER BY e.conversation_id, e.seq LIMIT 100000;

-- The latest event that would have woken a rule, of the conversations that spoke last. $3: types, $4: actors; $5: only the
-- first message of an episode.
-- name: list_would_wake :many
SELECT c.id AS conversation_id, c.contact_id, p.name AS contact_name, e.seq, e.actor, e.actor_id, e.type, e.body, e.created_at
  FROM (SELECT id, contact_id, last_at FROM conversation
         WHERE workspace_id = $1 AND merged_into IS NULL ORDER BY last_at DESC LIMIT $2) c
  JOIN contact p ON p.workspace_id = $1 AND p.id = c.contact_id
  LEFT JOIN LATERAL (
    SELECT e.seq, e.actor, e.actor_id, e.type, e.body, e.created_at FROM event e
     WHERE e.workspace_id = $1 AND e.conversation_id = c.id AND e.type = ANY($3::text[]) AND e.actor = ANY($4::text[])
       AND (NOT $5 OR e.seq > coalesce((SELECT o.seq FROM event o WHERE o.workspace_id = $1 AND o.conversation_id = c.id
                                           AND o.type = 'opened' ORDER BY o.seq DESC LIMIT 1), 0))
     ORDER BY CASE WHEN $5 THEN e.seq ELSE -e.seq END LIMIT 1) e ON true
 ORDER BY c.last_at DESC LIMIT $2;

-- What conditions look at, of the conversation, its customer and his last visit, as they are now.
-- name: list_facts :many
SELECT c.id, c.inbox_id, c.channel, c.team_id, c.labels, c.language, c.episode, c.assignee_id, c.contact_id,
       p.name, p.verified, p.locale,
       ARRAY(SELECT i.type || ':' || i.address FROM identity i WHERE i.workspace_id = $1 AND i.contact_id = c.contact_id
              ORDER BY i.id LIMIT 100) AS addresses,
       ARRAY(SELECT a.subject || '.' || a.key || '=' || v.value
               FROM attribute_value v JOIN attribute a ON a.workspace_id = $1 AND a.id = v.attribute_id
              WHERE v.workspace_id = $1 AND v.subject_id IN (c.contact_id, c.id) ORDER BY a.id LIMIT 200) AS values,
       v.source, v.device,
       ARRAY(SELECT g.url FROM page_view g WHERE g.workspace_id = $1 AND g.visit_id = v.id ORDER BY g.at DESC LIMIT 1) AS page,
       ARRAY(SELECT g.url FROM page_view g WHERE g.workspace_id = $1 AND g.visit_id = v.id ORDER BY g.at DESC LIMIT 50) AS pages,
       ARRAY(SELECT t.name FROM tracked t WHERE t.workspace_id = $1 AND t.visit_id = v.id ORDER BY t.at DESC LIMIT 50) AS tracked,
       ARRAY(SELECT t.data FROM tracked t WHERE t.workspace_id = $1 AND t.visit_id = v.id ORDER BY t.at DESC LIMIT 50) AS data,
       (SELECT count(*) FROM visit w JOIN visitor b ON b.workspace_id = $1 AND b.id = w.visitor_id
         WHERE w.workspace_id = $1 AND b.contact_id = c.contact_id) AS visits
  FROM conversation c
  JOIN contact p ON p.workspace_id = $1 AND p.id = c.contact_id
  LEFT JOIN LATERAL (SELECT w.id, w.source, w.device FROM visit w JOIN visitor b ON b.workspace_id = $1 AND b.id = w.visitor_id
                      WHERE w.workspace_id = $1 AND b.contact_id = c.contact_id ORDER BY w.started_at DESC LIMIT 1) v ON true
 WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) LIMIT 10000;

-- What sort of event each quote points at.
-- name: list_quoted :many
SELECT q.conversation_id, q.seq, e.type FROM unnest($2::uuid[], $3::bigint[]) AS q (conversation_id, seq)
  JOIN event e ON e.workspace_id = $1 AND e.conversation_id = q.conversation_id AND e.seq = q.seq LIMIT 10000;

-- name: begin_run :value
INSERT INTO automation_run (workspace_id, rule_id, conversation_id, seq, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, rule_id, conversation_id, seq) DO UPDATE SET at = automation_run.at RETURNING state;

-- name: count_runs :value
SELECT count(*) FROM automation_run
 WHERE workspace_id = $1 AND rule_id = $2 AND at > $4 AND conversation_id = $3 LIMIT 1;

-- name: end_run :exec
UPDATE automation_run SET state = $5, detail = $6 WHERE workspace_id = $1 AND rule_id = $2 AND conversation_id = $3 AND seq = $4;

-- name: list_runs :many
SELECT a.conversation_id, c.contact_id, p.name AS contact_name, a.seq, a.at, a.state, a.detail
  FROM automation_run a JOIN conversation c ON c.workspace_id = $1 AND c.id = a.conversation_id
  JOIN contact p ON p.workspace_id = $1 AND p.id = c.contact_id
 WHERE a.workspace_id = $1 AND a.rule_id = $2 ORDER BY a.at DESC, a.conversation_id, a.seq DESC LIMIT $3;

-- name: purge_runs :exec
DELETE FROM automation_run WHERE at < $1;

-- What a webhook tells.
-- name: find_told :one
SELECT c.id, c.contact_id, p.name AS contact_name, c.channel, c.inbox_id, c.status, c.assignee_id, c.team_id, c.episode,
       c.labels, c.language, e.seq, e.client_id, e.created_at, e.actor, e.actor_id, e.type, e.body
  FROM conversation c JOIN contact p ON p.workspace_id = $1 AND p.id = c.contact_id
  JOIN event e ON e.workspace_id = $1 AND e.conversation_id = c.id AND e.seq = $3
 WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- The other side has taken it after all.
-- name: mend_run :exec
UPDATE automation_run SET state = 'done', detail = ''
 WHERE workspace_id = $1 AND rule_id = $2 AND conversation_id = $3 AND seq = $4 AND state = 'failed' AND detail LIKE 'webhook: %';
