-- name: list_inboxes :many
SELECT workspace_id, id, channel, name, key, team_id, side, accent, texts_ru, texts_en, domains, pages_hidden, calendar_id,
       callback_calendar_id, calls_calendar_id, draft_preview, identity_secret, greetings, rules, form FROM inbox WHERE workspace_id = $1 ORDER BY id LIMIT 200;

-- name: find_inbox :one
SELECT workspace_id, id, channel, name, key, team_id, side, accent, texts_ru, texts_en, domains, pages_hidden, calendar_id,
       callback_calendar_id, calls_calendar_id, draft_preview, identity_secret, greetings, rules, form FROM inbox WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: find_inbox_by_key :one
SELECT workspace_id, id, channel, name, key, team_id, side, accent, texts_ru, texts_en, domains, pages_hidden, calendar_id,
       callback_calendar_id, calls_calendar_id, draft_preview, identity_secret, greetings, rules, form FROM inbox WHERE key = $1 LIMIT 1;

-- name: insert_inbox :value
INSERT INTO inbox (workspace_id, channel, name, key, identity_secret, created_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id;

-- name: delete_inbox :value
DELETE FROM inbox WHERE workspace_id = $1 AND id = $2
   AND EXISTS (SELECT FROM inbox o WHERE o.workspace_id = $1 AND o.id <> $2)
   AND NOT EXISTS (SELECT FROM visitor v WHERE v.workspace_id = $1 AND v.inbox_id = $2)
RETURNING id;

-- name: change_inbox :exec
UPDATE inbox SET name = $3, team_id = $4, side = $5, accent = $6, texts_ru = $7, texts_en = $8, domains = $9,
       pages_hidden = $10, calendar_id = $11, callback_calendar_id = $12, calls_calendar_id = $13,
       draft_preview = $14, greetings = $15, rules = $16, form = $17 WHERE workspace_id = $1 AND id = $2;

-- name: team_exists :value
SELECT EXISTS (SELECT FROM team WHERE workspace_id = $1 AND id = $2);

-- name: ensure_visitor :exec
INSERT INTO visitor (workspace_id, id, inbox_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: see_visit :value
INSERT INTO visit (workspace_id, id, visitor_id, started_at, seen_at, left_at, source, ip, device)
VALUES ($1, $2, $3, $4, $4, CASE WHEN $5::boolean THEN $4::timestamptz END, $6, $7, $8)
ON CONFLICT (workspace_id, id) DO UPDATE SET seen_at = excluded.seen_at, left_at = excluded.left_at
  WHERE visit.visitor_id = excluded.visitor_id
RETURNING id;

-- name: insert_page_view :exec
INSERT INTO page_view (workspace_id, visit_id, at, url, title, search) VALUES ($1, $2, $3, $4, $5, $6);

-- name: insert_tracked :value
INSERT INTO tracked (workspace_id, visit_id, at, name, data)
SELECT $1, v.id, $4, $5, $6 FROM visit v WHERE v.workspace_id = $1 AND v.id = $2 AND v.visitor_id = $3
RETURNING true;

-- name: list_tracked :many
SELECT visit_id, at, name, data FROM tracked
 WHERE workspace_id = $1 AND visit_id = ANY($2::uuid[]) ORDER BY at DESC LIMIT $3;

-- name: list_visits :many
SELECT v.id, v.started_at, v.seen_at, v.left_at, v.source, v.ip, v.device
  FROM visit v JOIN visitor b ON b.workspace_id = v.workspace_id AND b.id = v.visitor_id
 WHERE v.workspace_id = $1 AND b.contact_id = $2 ORDER BY v.started_at DESC LIMIT $3;

-- name: list_page_views :many
SELECT visit_id, at, url, title, search FROM page_view
 WHERE workspace_id = $1 AND visit_id = ANY($2::uuid[]) ORDER BY at DESC LIMIT $3;

-- name: delete_demo :exec
WITH gone AS (
  DELETE FROM visit v USING visitor b, contact c
   WHERE b.workspace_id = v.workspace_id AND b.id = v.visitor_id
     AND c.workspace_id = b.workspace_id AND c.id = b.contact_id AND c.demo
  RETURNING v.workspace_id, v.id), said AS (
  DELETE FROM tracked t USING gone WHERE t.workspace_id = gone.workspace_id AND t.visit_id = gone.id)
DELETE FROM page_view p USING gone WHERE p.workspace_id = gone.workspace_id AND p.visit_id = gone.id;

-- name: erase_visits :exec
WITH seen AS (SELECT id FROM visit WHERE workspace_id = $1 AND visitor_id = ANY($2::uuid[])),
 pages AS (DELETE FROM page_view p USING seen WHERE p.workspace_id = $1 AND p.visit_id = seen.id),
 told AS (DELETE FROM tracked t USING seen WHERE t.workspace_id = $1 AND t.visit_id = seen.id),
 here AS (DELETE FROM visitor_online o WHERE o.workspace_id = $1 AND o.visitor_id = ANY($2::uuid[])),
 invited AS (UPDATE invitation n SET text = '—' WHERE n.workspace_id = $1 AND n.visitor_id = ANY($2::uuid[]))
UPDATE visit v SET ip = '', device = '', source = '' FROM seen WHERE v.workspace_id = $1 AND v.id = seen.id;
-- name: count_calendars :value
SELECT count(*) FROM calendar WHERE workspace_id = $1 AND id = ANY($2::bigint[]);

-- Rows are taken in the order of browsers: two processes may wait for each other, never in a circle.
-- name: beat :exec
WITH told AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    AS t (workspace_id, visitor_id, inbox_id, visit_id, url, title, source, ip, device)),
 known AS (
  SELECT o.workspace_id, o.visitor_id FROM told t
    JOIN visitor_online o ON o.workspace_id = t.workspace_id AND o.visitor_id = t.visitor_id
   ORDER BY o.workspace_id, o.visitor_id FOR UPDATE OF o),
 again AS (
  UPDATE visitor_online o
     SET seen_at = $10, inbox_id = t.inbox_id, visit_id = t.visit_id, url = t.url, title = t.title, ip = t.ip, device = t.device,
         page_at = CASE WHEN (o.visit_id, o.url) = (t.visit_id, t.url) THEN o.page_at ELSE $10 END,
         started_at = CASE WHEN o.visit_id = t.visit_id THEN o.started_at ELSE $10 END,
         source = CASE WHEN o.visit_id = t.visit_id THEN o.source ELSE t.source END,
         visits = o.visits + (o.visit_id <> t.visit_id)::integer,
         pages = CASE WHEN o.visit_id <> t.visit_id THEN 1 ELSE o.pages + (o.url <> t.url)::integer END
    FROM told t JOIN known k ON k.workspace_id = t.workspace_id AND k.visitor_id = t.visitor_id
   WHERE o.workspace_id = t.workspace_id AND o.visitor_id = t.visitor_id)
INSERT INTO visitor_online (workspace_id, visitor_id, inbox_id, visit_id, started_at, seen_at, page_at, url, title, pages, visits,
                            source, ip, device)
SELECT t.workspace_id, t.visitor_id, t.inbox_id, t.visit_id, coalesce(v.started_at, $10), $10, $10, t.url, t.title,
       greatest(1, (SELECT count(*) FROM page_view p WHERE p.workspace_id = t.workspace_id AND p.visit_id = t.visit_id)),
       1 + (SELECT count(*) FROM visit w WHERE w.workspace_id = t.workspace_id AND w.visitor_id = t.visitor_id AND w.id <> t.visit_id),
       coalesce(v.source, t.source), t.ip, t.device
  FROM told t LEFT JOIN visit v ON v.workspace_id = t.workspace_id AND v.id = t.visit_id AND v.visitor_id = t.visitor_id
 WHERE NOT EXISTS (SELECT FROM known k WHERE k.workspace_id = t.workspace_id AND k.visitor_id = t.visitor_id)
ON CONFLICT (workspace_id, visitor_id) DO NOTHING;

-- A page that is left says so late: the next one may be there already.
-- name: leave :exec
DELETE FROM visitor_online WHERE workspace_id = $1 AND visitor_id = $2 AND url = $3;

-- name: forget_silent :exec
DELETE FROM visitor_online WHERE seen_at < $1;

-- name: list_visits_of_visitor :many
SELECT v.id, v.started_at, v.seen_at, v.left_at, v.source, v.ip, v.device
  FROM visit v WHERE v.workspace_id = $1 AND v.visitor_id = $2 ORDER BY v.started_at DESC LIMIT $3;
