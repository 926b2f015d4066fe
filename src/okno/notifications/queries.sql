-- name: find_push_key :one
SELECT public_key, sealed FROM push_key LIMIT 1;

-- name: insert_push_key :exec
INSERT INTO push_key (public_key, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- A browser's address belongs to whoever subscribed with it last.
-- name: save_subscription :exec
INSERT INTO push_subscription (workspace_id, id, contact_id, visitor_id, operator_id, session_id, endpoint, p256dh, auth,
                               key, locale, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (endpoint) DO UPDATE
   SET workspace_id = excluded.workspace_id, contact_id = excluded.contact_id, visitor_id = excluded.visitor_id,
       operator_id = excluded.operator_id, session_id = excluded.session_id, p256dh = excluded.p256dh,
       auth = excluded.auth, key = excluded.key, locale = excluded.locale;

-- name: forget_oldest_of_contact :exec
DELETE FROM push_subscription WHERE workspace_id = $1 AND id IN (
  SELECT id FROM push_subscription WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id DESC OFFSET $3);

-- name: forget_oldest_of_operator :exec
DELETE FROM push_subscription WHERE workspace_id = $1 AND id IN (
  SELECT id FROM push_subscription WHERE workspace_id = $1 AND operator_id = $2 ORDER BY id DESC OFFSET $3);

-- name: delete_subscription :exec
DELETE FROM push_subscription WHERE workspace_id = $1 AND id = $2;

-- name: end_of_visitor :exec
DELETE FROM push_subscription WHERE workspace_id = $1 AND visitor_id = $2 AND endpoint = $3;

-- name: end_of_operator :exec
DELETE FROM push_subscription WHERE workspace_id = $1 AND operator_id = $2 AND endpoint = $3;

-- A browser that was logged out, or where another person sits now, is not written to.
-- name: list_of_contact :many
SELECT s.id, s.endpoint, s.p256dh, s.auth, s.locale, s.key
  FROM push_subscription s
  JOIN visitor v ON v.workspace_id = s.workspace_id AND v.id = s.visitor_id
 WHERE s.workspace_id = $1 AND s.contact_id = $2 AND v.contact_id = s.contact_id AND v.ended_at IS NULL
 ORDER BY s.id LIMIT 50;

-- name: list_of_operator :many
SELECT s.id, s.endpoint, s.p256dh, s.auth, s.locale
  FROM push_subscription s JOIN operator_session o ON o.id = s.session_id
 WHERE s.workspace_id = $1 AND s.operator_id = $2 AND o.expires_at > $3 ORDER BY s.id LIMIT 50;

-- name: find_settings :one
SELECT push, push_after_s, email, email_after_s, quiet, quiet_from_min, quiet_to_min
  FROM notice_settings WHERE workspace_id = $1 LIMIT 1;

-- name: save_settings :exec
INSERT INTO notice_settings (workspace_id, push, push_after_s, email, email_after_s, quiet, quiet_from_min, quiet_to_min)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (workspace_id) DO UPDATE
   SET push = excluded.push, push_after_s = excluded.push_after_s, email = excluded.email,
       email_after_s = excluded.email_after_s, quiet = excluded.quiet, quiet_from_min = excluded.quiet_from_min,
       quiet_to_min = excluded.quiet_to_min;

-- A burst begins with a message nobody has told of yet; while one runs, more messages change nothing.
-- name: begin_notices :many
INSERT INTO notice (workspace_id, conversation_id, contact_id, step, due_at)
SELECT c.workspace_id, c.id, c.contact_id, 'push',
       min(e.created_at) + make_interval(secs => coalesce(min(n.push_after_s), $5))
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::integer[]) AS s (workspace_id, id, before_seq, size)
  JOIN event e ON e.workspace_id = s.workspace_id AND e.conversation_id = s.id AND e.seq > s.before_seq
   AND e.seq <= s.before_seq + s.size AND e.type = 'message' AND e.actor <> 'customer'
  JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.id AND c.customer_read_seq < e.seq
   AND c.channel = 'site'
  LEFT JOIN notice_settings n ON n.workspace_id = s.workspace_id
 GROUP BY c.workspace_id, c.id, c.contact_id
    ON CONFLICT (workspace_id, conversation_id) DO UPDATE
   SET step = 'push', due_at = excluded.due_at WHERE notice.due_at IS NULL
RETURNING due_at;

-- name: take_due_notices :many
UPDATE notice SET due_at = $2
 WHERE (workspace_id, conversation_id) IN (
       SELECT workspace_id, conversation_id FROM notice WHERE due_at <= $1 ORDER BY due_at LIMIT $3
          FOR UPDATE SKIP LOCKED)
RETURNING workspace_id, conversation_id, contact_id, step, told_seq, emailed_at;

-- name: next_due :value
SELECT least((SELECT min(due_at) FROM notice WHERE due_at IS NOT NULL),
             (SELECT min(email_due_at) FROM alert WHERE email_due_at IS NOT NULL)) LIMIT 1;

-- Only as long as nobody else has taken the step: a process that was away for longer than its lease changes nothing.
-- name: move_notice :value
UPDATE notice SET step = $4, due_at = $5, told_seq = greatest(told_seq, $6), emailed_at = coalesce($7, emailed_at),
       emailed_to = coalesce($8, emailed_to)
 WHERE workspace_id = $1 AND conversation_id = $2 AND due_at = $3 RETURNING 1;

-- name: count_letters :value
SELECT count(*) FROM notice WHERE workspace_id = $1 AND emailed_to = $2 AND emailed_at > $3;

-- name: find_reach :one
SELECT locale, time_zone FROM reach WHERE workspace_id = $1 AND contact_id = $2 LIMIT 1;

-- name: save_reach :exec
INSERT INTO reach (workspace_id, contact_id, locale, time_zone) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, contact_id) DO UPDATE SET locale = excluded.locale, time_zone = excluded.time_zone
  WHERE (reach.locale, reach.time_zone) <> (excluded.locale, excluded.time_zone);

-- name: is_stopped :value
SELECT EXISTS (SELECT FROM notice_stop WHERE workspace_id = $1 AND address = encode(sha256(convert_to(lower($2), 'UTF8')), 'hex'));

-- name: stop_address :exec
INSERT INTO notice_stop (workspace_id, address, at) VALUES ($1, encode(sha256(convert_to(lower($2), 'UTF8')), 'hex'), $3) ON CONFLICT DO NOTHING;

-- name: resume_address :exec
DELETE FROM notice_stop WHERE workspace_id = $1 AND address = encode(sha256(convert_to(lower($2), 'UTF8')), 'hex');

-- name: forget_person :exec
WITH pushes AS (DELETE FROM push_subscription WHERE workspace_id = $1 AND contact_id = $2),
 notices AS (DELETE FROM notice WHERE workspace_id = $1 AND contact_id = $2),
 reached AS (DELETE FROM reach WHERE workspace_id = $1 AND contact_id = $2)
UPDATE alert SET detail = '' WHERE workspace_id = $1 AND conversation_id = ANY($3::uuid[]);

-- name: list_alert_settings :many
SELECT operator_id, alert_class, app, push, email, sound FROM alert_setting
 WHERE workspace_id = $1 AND operator_id = ANY($2::uuid[]) LIMIT 10000;

-- name: save_alert_setting :exec
INSERT INTO alert_setting (workspace_id, operator_id, alert_class, app, push, email, sound) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, operator_id, alert_class)
DO UPDATE SET app = excluded.app, push = excluded.push, email = excluded.email, sound = excluded.sound;

-- name: list_quiet :many
SELECT operator_id, quiet_until FROM alert_profile
 WHERE workspace_id = $1 AND operator_id = ANY($2::uuid[]) AND quiet_until > $3 LIMIT 10000;

-- name: save_quiet :exec
INSERT INTO alert_profile (workspace_id, operator_id, quiet_until) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, operator_id) DO UPDATE SET quiet_until = excluded.quiet_until;

-- Of one class and conversation there is one unread line; what comes again counts it up and moves it to the top.
-- name: put_alert :one
INSERT INTO alert (workspace_id, id, operator_id, alert_class, conversation_id, detail, at, email_due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (workspace_id, operator_id, alert_class, conversation_id) WHERE read_at IS NULL
DO UPDATE SET times = alert.times + 1, at = excluded.at, detail = excluded.detail
RETURNING id, alert_class, conversation_id, detail, times, at, read_at;

-- name: list_alerts :many
SELECT id, alert_class, conversation_id, detail, times, at, read_at FROM alert
 WHERE workspace_id = $1 AND operator_id = $2 AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4::uuid))
 ORDER BY at DESC, id DESC LIMIT $5;

-- name: count_unread_alerts :value
SELECT count(*) FROM (
  SELECT FROM alert WHERE workspace_id = $1 AND operator_id = $2 AND read_at IS NULL LIMIT 1000) AS unread;

-- name: read_alerts :value
WITH changed AS (
  UPDATE alert SET read_at = $3, email_due_at = NULL
   WHERE workspace_id = $1 AND operator_id = $2 AND read_at IS NULL
     AND ($4::uuid[] IS NULL OR id = ANY($4)) AND ($5::uuid IS NULL OR conversation_id = $5) RETURNING 1)
SELECT count(*) FROM changed;

-- Somebody has answered, taken or closed it: it waits for nobody any more.
-- name: settle_alerts :many
UPDATE alert a SET read_at = $5, email_due_at = NULL
  FROM (SELECT DISTINCT s.workspace_id, s.id
          FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::integer[]) AS s (workspace_id, id, before_seq, size)
          JOIN event e ON e.workspace_id = s.workspace_id AND e.conversation_id = s.id AND e.seq > s.before_seq
           AND e.seq <= s.before_seq + s.size AND e.actor = 'operator' AND e.type IN ('message', 'assigned', 'closed')) AS done
 WHERE a.workspace_id = done.workspace_id AND a.conversation_id = done.id AND a.read_at IS NULL
   AND a.alert_class IN ('queue', 'offer', 'message')
RETURNING a.workspace_id, a.operator_id;

-- Conversations in which a customer has written and whose turn it is.
-- name: list_written :many
SELECT DISTINCT c.workspace_id, c.id, c.assignee_id
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::integer[]) AS s (workspace_id, id, before_seq, size)
  JOIN event e ON e.workspace_id = s.workspace_id AND e.conversation_id = s.id AND e.seq > s.before_seq
   AND e.seq <= s.before_seq + s.size AND e.type = 'message' AND e.actor = 'customer'
  JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.id AND c.status = 'open'
   AND c.operator_read_seq < e.seq
 LIMIT 1000;

-- name: list_push_operators :many
SELECT DISTINCT operator_id FROM push_subscription
 WHERE workspace_id = $1 AND operator_id IS NOT NULL LIMIT 10000;

-- name: take_due_letters :many
WITH due AS (
  SELECT workspace_id, operator_id FROM alert WHERE email_due_at <= $1 ORDER BY email_due_at LIMIT $2)
UPDATE alert a SET email_due_at = NULL
 WHERE (a.workspace_id, a.id) IN (
       SELECT b.workspace_id, b.id FROM alert b JOIN due USING (workspace_id, operator_id)
        WHERE b.email_due_at IS NOT NULL AND b.read_at IS NULL FOR UPDATE OF b SKIP LOCKED)
RETURNING a.workspace_id, a.operator_id, a.alert_class, a.conversation_id, a.detail, a.at;

-- name: clear_read_letters :exec
UPDATE alert SET email_due_at = NULL WHERE email_due_at <= $1 AND read_at IS NOT NULL;

-- name: forget_alerts :exec
DELETE FROM alert WHERE at < $1;
