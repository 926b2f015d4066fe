-- name: find_row :one
SELECT c.id, c.change_xid::text::bigint AS change_id, c.contact_id, p.name AS contact_name, p.verified AS contact_verified,
       c.channel, c.inbox_id, c.status, c.turn, c.assignee_id, c.team_id, c.episode, c.last_seq, c.last_at, c.preview,
       c.preview_actor, c.unread, c.waiting_since, c.customer_read_seq, c.customer_got_seq, c.operator_read_seq, c.labels, c.held_at,
       c.snoozed, c.snoozed_until, c.due_at, c.due_warn_at, c.due_clock, c.merged_into, c.merged, c.language,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM conversation c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: list_rows_by_id :many
SELECT c.id, c.change_xid::text::bigint AS change_id, c.contact_id, p.name AS contact_name, p.verified AS contact_verified,
       c.channel, c.inbox_id, c.status, c.turn, c.assignee_id, c.team_id, c.episode, c.last_seq, c.last_at, c.preview,
       c.preview_actor, c.unread, c.waiting_since, c.customer_read_seq, c.customer_got_seq, c.operator_read_seq, c.labels, c.held_at,
       c.snoozed, c.snoozed_until, c.due_at, c.due_warn_at, c.due_clock, c.merged_into, c.merged, c.language,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen_xid
  FROM unnest($2::uuid[]) AS wanted (id)
  JOIN conversation c ON c.workspace_id = $1 AND c.id = wanted.id
  JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 LIMIT $3;

-- name: list_changes :many
WITH news AS MATERIALIZED (
       SELECT workspace_ids, conversation_ids FROM outbox WHERE xid >= $2::bigint::text::xid8 ORDER BY xid, id LIMIT $4),
     whole AS (
       SELECT (SELECT count(*) FROM news) < $4
          AND $2 >= coalesce((SELECT xid::text::bigint FROM outbox ORDER BY xid, id LIMIT 1),
                             pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS whole),
     changed AS (
       SELECT DISTINCT u.id FROM news, unnest(news.workspace_ids, news.conversation_ids) AS u (workspace_id, id)
        WHERE u.workspace_id = $1 LIMIT $3)
SELECT whole.whole, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen_xid,
       c.id, c.change_xid::text::bigint AS change_id, c.contact_id, p.name AS contact_name, p.verified AS contact_verified,
       c.channel, c.inbox_id, c.status, c.turn, c.assignee_id, c.team_id, c.episode, c.last_seq, c.last_at, c.preview,
       c.preview_actor, c.unread, c.waiting_since, c.customer_read_seq, c.customer_got_seq, c.operator_read_seq, c.labels, c.held_at,
       c.snoozed, c.snoozed_until, c.due_at, c.due_warn_at, c.due_clock, c.merged_into, c.merged, c.language,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM whole LEFT JOIN (changed JOIN conversation c ON c.workspace_id = $1 AND c.id = changed.id
                        JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id) ON whole.whole
 LIMIT $3;

-- name: read_seen_xid :value
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint LIMIT 1;

-- name: read_scope :one
SELECT id, team_id, assignee_id, status, last_seq, contact_id, customer_got_seq, customer_read_seq, operator_read_seq,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM conversation c WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: lock_conversation :one
SELECT workspace_id, id, contact_id, inbox_id, channel, status, turn, assignee_id, team_id, episode, labels, last_seq, held_at, waiting_since,
       snoozed, snoozed_until, apart, merged_into, merged, closed_at, unanswered_since, preview, preview_actor, language,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM conversation c WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE LIMIT 1;

-- In the order of ids, as appending does: two may wait for each other, never in a circle.
-- name: lock_conversations :many
SELECT id, contact_id, channel, status, turn, team_id, assignee_id, episode, waiting_since FROM conversation
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id LIMIT 10000 FOR NO KEY UPDATE;

-- name: list_siblings :many
WITH mine AS (SELECT contact_id FROM conversation WHERE workspace_id = $1 AND id = $2)
SELECT id FROM conversation
 WHERE workspace_id = $1 AND contact_id = (SELECT contact_id FROM mine) AND status = 'open'
 UNION ALL
SELECT id FROM conversation
 WHERE workspace_id = $1 AND contact_id = (SELECT contact_id FROM mine) AND status = 'closed'
 LIMIT 10000;

-- What repeats a message: a reading of the contact's whole timeline, for the rare deletion.
-- name: list_copies :many
SELECT conversation_id, seq, body FROM event
 WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND (conversation_id, seq) > ($6::uuid, $7::bigint)
   AND (conversation_id = $3 AND type = 'edited' AND starts_with(body, $4)
        OR type IN ('message', 'note', 'carried') AND strpos(body, $5) > 0)
 ORDER BY conversation_id, seq LIMIT 1000;

-- name: hand_over :exec
UPDATE conversation SET assignee_id = $3, turn = $4, team_id = $5, held_at = NULL, change_xid = pg_current_xact_id(),
       waiting_since = CASE WHEN $6 THEN coalesce(waiting_since, $7) ELSE waiting_since END
 WHERE workspace_id = $1 AND id = $2;

-- Of locked ones that are nobody's.
-- name: give_out :exec
WITH given AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS g (id, operator_id)),
     guests AS (DELETE FROM participant t USING given g
                 WHERE t.workspace_id = $1 AND t.conversation_id = g.id AND t.operator_id = g.operator_id)
UPDATE conversation c SET assignee_id = g.operator_id, turn = 'operator', held_at = NULL, change_xid = pg_current_xact_id()
  FROM given g WHERE c.workspace_id = $1 AND c.id = g.id;

-- name: set_held :exec
UPDATE conversation SET held_at = $3, change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = $2;

-- In the order of ids, as appending does, and only what differs.
-- name: show_due :many
WITH wanted AS (SELECT * FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[]) AS w (id, due_at, warn_at, clock)),
     locked AS (SELECT c.id, w.due_at, w.warn_at, w.clock FROM wanted w JOIN conversation c ON c.workspace_id = $1 AND c.id = w.id
                 WHERE (c.due_at, c.due_warn_at, c.due_clock) IS DISTINCT FROM (w.due_at, w.warn_at, w.clock)
                 ORDER BY c.id FOR NO KEY UPDATE OF c),
     changed AS (UPDATE conversation c SET due_at = l.due_at, due_warn_at = l.warn_at, due_clock = l.clock,
                        change_xid = pg_current_xact_id()
                   FROM locked l WHERE c.workspace_id = $1 AND c.id = l.id RETURNING c.id),
     news AS (INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
              SELECT $6, 'due', array_agg($1::bigint), array_agg(id), array_agg(0), array_agg(0) FROM changed HAVING count(*) > 0)
SELECT id FROM changed LIMIT 10000;

-- name: add_participant :value
INSERT INTO participant (workspace_id, conversation_id, operator_id, added_by, added_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING operator_id;

-- name: remove_participant :value
DELETE FROM participant WHERE workspace_id = $1 AND conversation_id = $2 AND operator_id = $3 RETURNING operator_id;

-- Open conversations of others somebody takes part in.
-- name: list_taken_part :many
SELECT p.operator_id, c.team_id, c.assignee_id, c.snoozed
  FROM participant p JOIN conversation c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
 WHERE p.workspace_id = $1 AND c.status = 'open' LIMIT $2;

-- name: set_closed :exec
UPDATE conversation SET status = 'closed', closed_at = $3, unanswered_since = waiting_since, waiting_since = NULL, held_at = NULL, unread = 0, operator_read_seq = last_seq,
       snoozed = false, snoozed_until = NULL, change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- name: set_open :exec
UPDATE conversation SET status = 'open', closed_at = NULL, episode = episode + 1, waiting_since = coalesce(waiting_since, $3),
       unanswered_since = NULL, change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- name: set_labels :exec
UPDATE conversation SET labels = $3, change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = $2;

-- name: set_snoozed :exec
UPDATE conversation SET snoozed = $3, snoozed_until = $4, change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- name: list_labels :many
WITH RECURSIVE found AS (
  (SELECT label FROM conversation_label WHERE workspace_id = $1 ORDER BY label LIMIT 1)
  UNION ALL
  SELECT (SELECT l.label FROM conversation_label l WHERE l.workspace_id = $1 AND l.label > found.label
           ORDER BY l.label LIMIT 1)
    FROM found WHERE found.label IS NOT NULL)
SELECT label FROM found WHERE label IS NOT NULL LIMIT 200;

-- name: read_by_operator :one
WITH changed AS (
UPDATE conversation c
   SET operator_read_seq = least($3, c.last_seq), change_xid = pg_current_xact_id(),
       unread = (SELECT count(*) FROM event e WHERE e.workspace_id = $1 AND e.conversation_id = $2
                    AND e.seq > least($3, c.last_seq) AND e.type = 'message' AND e.actor = 'customer')
 WHERE c.workspace_id = $1 AND c.id = $2 AND c.operator_read_seq < least($3, c.last_seq)
RETURNING c.id, c.customer_got_seq, c.customer_read_seq, c.operator_read_seq), news AS (
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $4, 'receipt', ARRAY[$1::bigint], ARRAY[id], '{0}', '{0}' FROM changed)
SELECT customer_got_seq, customer_read_seq, operator_read_seq FROM changed LIMIT 1;

-- name: read_by_customer :one
WITH changed AS (
UPDATE conversation c
   SET customer_read_seq = greatest(c.customer_read_seq, CASE WHEN $4 THEN c.customer_read_seq ELSE least($3, c.last_seq) END),
       customer_got_seq = greatest(c.customer_got_seq, least($3, c.last_seq)), change_xid = pg_current_xact_id(),
       customer_unread = CASE WHEN $4 THEN c.customer_unread ELSE
         (SELECT count(*) FROM event e WHERE e.workspace_id = $1 AND e.conversation_id = $2
             AND e.seq > least($3, c.last_seq) AND e.type = 'message' AND e.actor <> 'customer') END
 WHERE c.workspace_id = $1 AND c.id = $2
   AND least($3, c.last_seq) > CASE WHEN $4 THEN c.customer_got_seq ELSE c.customer_read_seq END
RETURNING c.id, c.customer_got_seq, c.customer_read_seq, c.operator_read_seq), news AS (
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $5, 'receipt', ARRAY[$1::bigint], ARRAY[id], '{0}', '{0}' FROM changed)
SELECT customer_got_seq, customer_read_seq, operator_read_seq FROM changed LIMIT 1;

-- name: read_receipt :one
SELECT customer_got_seq, customer_read_seq, operator_read_seq FROM conversation
 WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: list_events_before :many
SELECT seq, client_id, created_at, actor, actor_id, type, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4;

-- name: list_events_after :many
SELECT seq, client_id, created_at, actor, actor_id, type, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4;

-- name: find_event :one
SELECT seq, client_id, created_at, actor, actor_id, type, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3 LIMIT 1;

-- What others have said after a number, unless the message that asks was stored before.
-- name: find_newer :one
SELECT seq, actor, actor_id FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 AND type = 'message' AND actor_id <> $4
   AND NOT EXISTS (SELECT FROM event k WHERE k.workspace_id = $1 AND k.conversation_id = $2 AND k.actor_id = $4
                      AND k.client_id = $5)
 ORDER BY seq DESC LIMIT 1;

-- name: list_types :many
SELECT seq, type FROM event WHERE workspace_id = $1 AND conversation_id = $2 AND seq = ANY($3::bigint[]) LIMIT 1000;

-- name: set_body :exec
UPDATE event SET body = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3;

-- name: find_last_message :one
SELECT seq, actor, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND type = 'message' ORDER BY seq DESC LIMIT 1;

-- name: set_preview :exec
UPDATE conversation SET preview = $3, change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = $2;

-- The contact's own one before what was split off.
-- name: find_open :one
SELECT id, status, apart FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'open' ORDER BY apart LIMIT 1;

-- What continues in another conversation of the same contact is not taken up again.
-- name: find_reopenable :one
SELECT id FROM conversation c WHERE workspace_id = $1 AND contact_id = $2 AND status = 'closed' AND closed_at > $3
   AND NOT EXISTS (SELECT FROM conversation o WHERE o.workspace_id = $1 AND o.id = c.merged_into AND o.contact_id = $2)
 ORDER BY closed_at DESC LIMIT 1;

-- name: insert_conversation :value
INSERT INTO conversation (workspace_id, id, contact_id, inbox_id, channel, team_id, last_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (workspace_id, contact_id) WHERE status = 'open' AND NOT apart DO NOTHING
RETURNING id;

-- name: list_of_contacts :many
SELECT id, contact_id, status, assignee_id, last_seq, customer_got_seq, customer_read_seq, operator_read_seq, apart, merged_into
  FROM (SELECT * FROM conversation WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND status = 'open'
        UNION ALL
        SELECT * FROM conversation WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND status = 'closed') AS c
 ORDER BY last_at DESC LIMIT $3;

-- name: count_customer_unread :value
SELECT coalesce((SELECT sum(customer_unread) FROM conversation
                  WHERE workspace_id = $1 AND contact_id = $2 AND status = 'open'), 0)::bigint
     + coalesce((SELECT sum(customer_unread) FROM conversation
                  WHERE workspace_id = $1 AND contact_id = $2 AND status = 'closed'), 0)::bigint;

-- name: find_draft :one
SELECT text, note FROM draft WHERE workspace_id = $1 AND conversation_id = $2 AND operator_id = $3 LIMIT 1;

-- name: save_draft :exec
INSERT INTO draft (workspace_id, conversation_id, operator_id, text, note, saved_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, conversation_id, operator_id)
DO UPDATE SET text = excluded.text, note = excluded.note, saved_at = excluded.saved_at;

-- name: delete_draft :exec
DELETE FROM draft WHERE workspace_id = $1 AND conversation_id = $2 AND operator_id = $3;

-- name: touch_of_contact :many
WITH changed AS (
UPDATE conversation SET change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = ANY(ARRAY(
         SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'open'
         UNION ALL
         SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'closed'))
RETURNING id), news AS (
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $3, 'contact', array_agg($1::bigint), array_agg(id), array_agg(0), array_agg(0) FROM changed HAVING count(*) > 0)
SELECT id FROM changed LIMIT 10000;

-- name: list_waiting_closed :many
SELECT id FROM conversation
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND status = 'closed' AND waiting_since IS NOT NULL LIMIT 1000;


-- What is laid aside is counted apart and taken off the others: these stay counts of an index alone.
-- name: count_for_reader :one
WITH aside AS MATERIALIZED (
  SELECT assignee_id, unread, waiting_since, team_id = ANY($3::bigint[]) AS of_team
    FROM conversation
   WHERE workspace_id = $1 AND snoozed AND status = 'open'
     AND (team_id = ANY($3::bigint[]) OR assignee_id = $2
          OR id IN (SELECT conversation_id FROM participant WHERE workspace_id = $1 AND operator_id = $2)))
SELECT (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND status = 'open')
       - (SELECT count(*) FROM aside WHERE assignee_id = $2) AS mine,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND status = 'open' AND unread > 0
           AND NOT snoozed) AS mine_unread,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND team_id = ANY($3::bigint[]) AND status = 'open'
           AND waiting_since IS NOT NULL AND assignee_id IS NULL)
       - (SELECT count(*) FROM aside WHERE of_team AND waiting_since IS NOT NULL AND assignee_id IS NULL) AS waiting,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND team_id = ANY($3::bigint[]) AND status = 'open')
       + (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND status = 'open'
             AND team_id <> ALL($3::bigint[]))
       + (SELECT count(*) FROM participant t JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
           WHERE t.workspace_id = $1 AND t.operator_id = $2 AND c.status = 'open' AND c.team_id <> ALL($3::bigint[])
             AND c.assignee_id IS DISTINCT FROM $2)
       - (SELECT count(*) FROM aside) AS "all",
       (SELECT count(*) FROM aside) AS snoozed
 LIMIT 1;

-- name: count_for_all :one
WITH aside AS MATERIALIZED (
  SELECT assignee_id, unread, waiting_since FROM conversation WHERE workspace_id = $1 AND snoozed AND status = 'open')
SELECT (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND status = 'open')
       - (SELECT count(*) FROM aside WHERE assignee_id = $2) AS mine,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND assignee_id = $2 AND status = 'open' AND unread > 0
           AND NOT snoozed) AS mine_unread,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND status = 'open'
           AND waiting_since IS NOT NULL AND assignee_id IS NULL)
       - (SELECT count(*) FROM aside WHERE waiting_since IS NOT NULL AND assignee_id IS NULL) AS waiting,
       (SELECT count(*) FROM conversation WHERE workspace_id = $1 AND status = 'open')
       - (SELECT count(*) FROM aside) AS "all",
       (SELECT count(*) FROM aside) AS snoozed
 LIMIT 1;

-- name: count_groups :many
SELECT team_id, assignee_id, count(*) FILTER (WHERE NOT snoozed) AS open,
       count(*) FILTER (WHERE unread > 0 AND NOT snoozed) AS unread,
       count(*) FILTER (WHERE waiting_since IS NOT NULL AND assignee_id IS NULL AND NOT snoozed) AS waiting,
       count(*) FILTER (WHERE snoozed) AS snoozed
  FROM conversation WHERE workspace_id = $1 AND status = 'open' GROUP BY team_id, assignee_id LIMIT $2;

-- name: release_demo :exec
UPDATE conversation c SET assignee_id = NULL, turn = 'queue', change_xid = pg_current_xact_id()
  FROM operator o WHERE o.workspace_id = c.workspace_id AND o.id = c.assignee_id AND o.demo;

-- name: delete_demo_drafts :exec
DELETE FROM draft d USING conversation c, contact p
 WHERE c.workspace_id = d.workspace_id AND c.id = d.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo_attachments :exec
DELETE FROM attachment a USING conversation c, contact p
 WHERE c.workspace_id = a.workspace_id AND c.id = a.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo_events :exec
DELETE FROM event e USING conversation c, contact p
 WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo_participants :exec
DELETE FROM participant t USING conversation c, contact p
 WHERE c.workspace_id = t.workspace_id AND c.id = t.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo_merges :exec
DELETE FROM conversation_merge m USING conversation c, contact p
 WHERE c.workspace_id = m.workspace_id AND c.id = m.from_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo_splits :exec
DELETE FROM split_message s USING conversation c, contact p
 WHERE c.workspace_id = s.workspace_id AND c.id = s.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: delete_demo :value
WITH gone AS (
  DELETE FROM conversation c USING contact p
   WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo RETURNING c.id)
SELECT count(*) FROM gone;

-- name: list_scopes :many
SELECT id, team_id, assignee_id,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM conversation c WHERE workspace_id = $1 AND id = ANY($2::uuid[]) LIMIT 100;

-- name: list_drafts :many
SELECT d.conversation_id, d.text, d.note, c.team_id, c.assignee_id,
       ARRAY(SELECT t.operator_id FROM participant t WHERE t.workspace_id = c.workspace_id AND t.conversation_id = c.id) AS participants
  FROM draft d JOIN conversation c ON c.workspace_id = d.workspace_id AND c.id = d.conversation_id
 WHERE d.workspace_id = $1 AND d.operator_id = $2 ORDER BY d.saved_at DESC LIMIT $3;

-- name: count_labels :many
SELECT label, count(*) AS conversations FROM conversation_label WHERE workspace_id = $1
 GROUP BY label ORDER BY lower(label), label LIMIT $2;

-- A label becomes another one ($3), or goes (null), in its place among the others and without repeats.
-- name: relabel :many
WITH picked AS (
  SELECT DISTINCT conversation_id AS id FROM conversation_label WHERE workspace_id = $1 AND label = $2 LIMIT $5),
locked AS (
  SELECT c.id FROM conversation c JOIN picked ON picked.id = c.id WHERE c.workspace_id = $1 ORDER BY c.id FOR NO KEY UPDATE OF c),
changed AS (
  UPDATE conversation c SET change_xid = pg_current_xact_id(), labels = ARRAY(
           SELECT word FROM (SELECT CASE WHEN label = $2 THEN $3 ELSE label END AS word, min(place) AS place
                               FROM unnest(c.labels) WITH ORDINALITY AS l (label, place) GROUP BY 1) AS words
            WHERE word IS NOT NULL ORDER BY place)
    FROM locked WHERE c.workspace_id = $1 AND c.id = locked.id
  RETURNING c.id), news AS (
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $4, 'labels', array_agg($1::bigint), array_agg(id), array_agg(0), array_agg(0) FROM changed HAVING count(*) > 0)
SELECT id FROM changed LIMIT $5;
-- name: delete_drafts :exec
DELETE FROM draft WHERE workspace_id = $1 AND conversation_id = $2;

-- News of what was erased: those of the timeline hold references only, the others perhaps words.
-- name: forget_news :exec
WITH parked AS (DELETE FROM bus_parked WHERE strpos(payload, $1) > 0 AND topic <> 'timeline')
DELETE FROM outbox WHERE payload <> '' AND strpos(payload, $1) > 0 AND topic <> 'timeline';

-- name: list_events_before_cleared :many
SELECT seq, client_id, created_at, actor, actor_id, type, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3
   AND seq > coalesce((SELECT h.seq FROM history_clear h WHERE h.workspace_id = $1 AND h.conversation_id = $2), 0)
 ORDER BY seq DESC LIMIT $4;

-- name: list_events_after_cleared :many
SELECT seq, client_id, created_at, actor, actor_id, type, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2
   AND seq > greatest($3, coalesce((SELECT h.seq FROM history_clear h WHERE h.workspace_id = $1 AND h.conversation_id = $2), 0))
 ORDER BY seq LIMIT $4;

-- name: list_clears :many
SELECT conversation_id, seq FROM history_clear WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) LIMIT 1000;

-- name: clear_history :many
INSERT INTO history_clear (workspace_id, conversation_id, seq, cleared_at)
SELECT workspace_id, id, last_seq, $3 FROM conversation WHERE workspace_id = $1 AND id = ANY($2::uuid[])
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET seq = excluded.seq, cleared_at = excluded.cleared_at
  WHERE history_clear.seq < excluded.seq
RETURNING conversation_id, seq;

-- Whether two contacts are shown as one person.
-- name: one_person :value
SELECT count(DISTINCT coalesce(merged_into, id)) = 1 FROM contact WHERE workspace_id = $1 AND id IN ($2, $3) LIMIT 1;

-- name: list_merged :many
SELECT u.id FROM conversation c, unnest(c.merged) AS u (id) WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) LIMIT 100;

-- name: set_merged :exec
UPDATE conversation SET status = 'closed', closed_at = coalesce(closed_at, $4), merged_into = $3, merged = '{}', waiting_since = NULL,
       held_at = NULL, unread = 0, operator_read_seq = last_seq, snoozed = false, snoozed_until = NULL,
       change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- What points to one that is merged or parted itself has no event of its own: lists that slept are told so.
-- name: point :exec
WITH changed AS (
  UPDATE conversation SET merged_into = $3, change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = ANY($2::uuid[])
  RETURNING id)
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $4, 'joined', array_agg($1::bigint), array_agg(id), array_agg(0), array_agg(0) FROM changed HAVING count(*) > 0;

-- name: set_joined :exec
UPDATE conversation SET merged = $3, apart = $4, waiting_since = $5, change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- name: insert_merge :exec
INSERT INTO conversation_merge (workspace_id, id, into_id, from_id, moved, swapped, status, apart, turn, assignee_id, team_id,
  waiting_since, closed_at, into_waiting, operator_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: find_merge :one
SELECT id, into_id, from_id, moved, swapped, status, apart, turn, assignee_id, team_id, waiting_since, closed_at, into_waiting, operator_id,
       created_at
  FROM conversation_merge WHERE workspace_id = $1 AND from_id = $2 AND undone_at IS NULL LIMIT 1;

-- name: end_merge :exec
UPDATE conversation_merge SET undone_at = $3 WHERE workspace_id = $1 AND id = $2;

-- name: set_parted :exec
UPDATE conversation SET status = $3, closed_at = $4, apart = $5, turn = $6, assignee_id = $7, team_id = $8, waiting_since = $9,
       merged_into = NULL, merged = $10, change_xid = pg_current_xact_id()
 WHERE workspace_id = $1 AND id = $2;

-- name: has_own_open :value
SELECT EXISTS (SELECT FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'open' AND NOT apart AND id <> $3) LIMIT 1;

-- Whether somebody of the company has written in any of these since a moment.
-- name: answered_since :value
SELECT EXISTS (SELECT FROM event WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND type = 'message'
                  AND actor IN ('operator', 'bot') AND created_at >= $3) LIMIT 1;

-- name: list_said :many
SELECT e.seq, e.created_at, e.actor, e.actor_id, e.type, e.body,
       EXISTS (SELECT FROM split_message s JOIN conversation b ON b.workspace_id = s.workspace_id AND b.id = s.into_id
                WHERE s.workspace_id = $1 AND s.conversation_id = $2 AND s.seq = e.seq
                  AND b.merged_into IS DISTINCT FROM $2) AS gone
  FROM event e
 WHERE e.workspace_id = $1 AND e.conversation_id = $2 AND e.seq = ANY($3::bigint[]) ORDER BY e.seq LIMIT 1000;

-- name: insert_split :exec
INSERT INTO conversation (workspace_id, id, contact_id, inbox_id, channel, team_id, assignee_id, turn, apart, preview, preview_actor,
                          waiting_since, last_at, created_at, language)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10, $11, $12, $12, $13);

-- name: put_split :exec
INSERT INTO split_message (workspace_id, conversation_id, seq, into_id, files)
SELECT $1, $2, u.seq, $3, u.files::uuid[] FROM unnest($4::bigint[], $5::text[]) AS u (seq, files)
ON CONFLICT (workspace_id, conversation_id, seq) DO UPDATE SET into_id = excluded.into_id, files = excluded.files;

-- Since when the customer waits in these conversations for what does not continue elsewhere, as far as he waits at all ($3).
-- name: waits_still :value
SELECT min(e.created_at) FROM event e
 WHERE e.workspace_id = $1 AND e.conversation_id = ANY($2::uuid[]) AND e.type = 'message' AND e.actor = 'customer' AND e.created_at >= $3
   AND NOT EXISTS (SELECT FROM split_message s JOIN conversation b ON b.workspace_id = s.workspace_id AND b.id = s.into_id
                    WHERE s.workspace_id = $1 AND s.conversation_id = e.conversation_id AND s.seq = e.seq
                      AND (b.merged_into IS NULL OR b.merged_into <> ALL($2::uuid[]))) LIMIT 1;

-- name: set_waiting :exec
UPDATE conversation SET waiting_since = $3, change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = $2;

-- Where else a file of a message is shown.
-- name: list_carried_files :many
SELECT DISTINCT f.id AS file_id, s.into_id FROM unnest($2::uuid[]) AS f (id)
  JOIN split_message s ON s.workspace_id = $1 AND s.files @> ARRAY[f.id] AND s.files <> '{}' LIMIT 1000;

-- What customers have written where the language is not known yet.
-- name: list_untold :many
SELECT c.id, ARRAY(SELECT e.body FROM event e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
                      AND e.type = 'message' AND e.actor = 'customer' ORDER BY e.seq DESC LIMIT $3) AS bodies
  FROM conversation c WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) AND c.language = '' AND NOT c.language_fixed LIMIT 10000;

-- Nothing was said: whoever follows the conversation looks at it anew.
-- name: tell_language :value
WITH changed AS (
  UPDATE conversation SET language = $3, change_xid = pg_current_xact_id()
   WHERE workspace_id = $1 AND id = $2 AND language = '' AND NOT language_fixed RETURNING id, last_seq), news AS (
INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
SELECT $4, 'timeline', ARRAY[$1::bigint], ARRAY[id], ARRAY[last_seq], '{0}' FROM changed)
SELECT id FROM changed LIMIT 1;

-- name: set_language :exec
UPDATE conversation SET language = $3, language_fixed = $3 <> '', change_xid = pg_current_xact_id() WHERE workspace_id = $1 AND id = $2;
