-- name: list_online :many
SELECT o.visitor_id, o.visit_id, o.inbox_id, coalesce(i.team_id, 0) AS inbox_team, v.contact_id, coalesce(r.name, '') AS name,
       coalesce(r.verified, false) AS verified, o.url, o.title, o.page_at, o.started_at, o.pages, o.visits, o.source, o.ip, o.device,
       c.id AS conversation_id, c.assignee_id, c.team_id, count(*) OVER () AS total
  FROM visitor_online o
  LEFT JOIN inbox i ON i.workspace_id = o.workspace_id AND i.id = o.inbox_id
  LEFT JOIN visitor v ON v.workspace_id = o.workspace_id AND v.id = o.visitor_id AND v.ended_at IS NULL
  LEFT JOIN contact p ON p.workspace_id = o.workspace_id AND p.id = v.contact_id
  LEFT JOIN contact r ON r.workspace_id = o.workspace_id AND r.id = coalesce(p.merged_into, p.id)
  LEFT JOIN conversation c ON c.workspace_id = o.workspace_id AND c.contact_id = v.contact_id AND c.status = 'open'
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
