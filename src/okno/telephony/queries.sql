-- name: find_setting :one
SELECT host, port, transport, hosts, username, password, number, country, countries, dials_per_minute, dials_per_day, call_use,
       callbacks, tries, pause_s, ring_s, consent_ru, consent_en, record, record_days, stopped_at
  FROM phone_setting WHERE workspace_id = $1 LIMIT 1;

-- name: list_settings :many
SELECT workspace_id, host, port, transport, hosts, username, password, number FROM phone_setting
 WHERE host <> '' ORDER BY workspace_id LIMIT 1000;

-- name: save_setting :exec
INSERT INTO phone_setting (workspace_id, host, port, transport, hosts, username, password, number, country, countries,
  dials_per_minute, dials_per_day, call_use, callbacks, tries, pause_s, ring_s, consent_ru, consent_en, record, record_days, stopped_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (workspace_id) DO UPDATE SET host = excluded.host, port = excluded.port, transport = excluded.transport,
  hosts = excluded.hosts, username = excluded.username, password = excluded.password, number = excluded.number,
  country = excluded.country, countries = excluded.countries, dials_per_minute = excluded.dials_per_minute,
  dials_per_day = excluded.dials_per_day, call_use = excluded.call_use, callbacks = excluded.callbacks,
  tries = excluded.tries, pause_s = excluded.pause_s, ring_s = excluded.ring_s, consent_ru = excluded.consent_ru,
  consent_en = excluded.consent_en, record = excluded.record, record_days = excluded.record_days,
  stopped_at = excluded.stopped_at;

-- name: stop_dialling :value
UPDATE phone_setting SET stopped_at = $2 WHERE workspace_id = $1 AND stopped_at IS NULL RETURNING workspace_id;

-- Everybody who may ever be rung has an endpoint: signing in needs no change of the configuration.
-- name: list_phones :many
SELECT workspace_id, id FROM operator WHERE disabled_at IS NULL ORDER BY workspace_id, id LIMIT 20000;

-- name: is_operator :value
SELECT EXISTS (SELECT FROM operator WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL) LIMIT 1;

-- -- calls ------------------------------------------------------------------------------------------------------------

-- Of a callback only while it is not taken back: whoever takes it back then finds the call.
-- name: insert_call :value
INSERT INTO call (workspace_id, id, direction, phase, conversation_id, contact_id, callback_id, number, began_at, recording)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
 WHERE $7::uuid IS NULL OR EXISTS (
       SELECT FROM callback k WHERE k.workspace_id = $1 AND k.id = $7 AND k.state = 'calling' FOR SHARE)
RETURNING id;

-- name: save_call :exec
UPDATE call SET phase = $3, operator_id = $4, speaker_leg = $5, held = $6, talked_at = $7, ended_at = $8, outcome = $9,
       recording = $10
 WHERE workspace_id = $1 AND id = $2;

-- name: save_legs :exec
INSERT INTO call_leg (workspace_id, call_id, id, operator_id, endpoint, state)
SELECT $1, $2, l.id, l.operator_id, l.endpoint, l.state
  FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS l (id, operator_id, endpoint, state)
ON CONFLICT (workspace_id, call_id, id) DO UPDATE SET state = excluded.state WHERE call_leg.state <> excluded.state;

-- name: list_live :many
SELECT c.workspace_id, c.id, c.direction, c.phase, c.conversation_id, c.contact_id, c.callback_id, c.number, c.operator_id,
       c.speaker_leg, c.held, c.began_at, c.talked_at, c.ended_at, c.outcome, c.recording, p.name AS contact_name,
       EXISTS (SELECT FROM callback k WHERE k.workspace_id = c.workspace_id AND k.id = c.callback_id AND k.state = 'cancelled')
         AS taken_back
  FROM call c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE c.ended_at IS NULL AND ($1::bigint IS NULL OR c.workspace_id = $1) ORDER BY c.began_at, c.id LIMIT 10000;

-- name: list_legs :many
SELECT workspace_id, call_id, id, operator_id, endpoint, state FROM call_leg WHERE call_id = ANY($1::uuid[])
 ORDER BY call_id, id LIMIT 100000;

-- name: list_calls :many
SELECT c.workspace_id, c.id, c.direction, c.phase, c.conversation_id, c.contact_id, c.callback_id, c.number, c.operator_id,
       c.speaker_leg, c.held, c.began_at, c.talked_at, c.ended_at, c.outcome, c.recording, p.name AS contact_name
  FROM call c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE c.workspace_id = $1 AND c.conversation_id = $2 ORDER BY c.began_at DESC, c.id LIMIT $3;

-- name: find_call :one
SELECT c.workspace_id, c.id, c.direction, c.phase, c.conversation_id, c.contact_id, c.callback_id, c.number, c.operator_id,
       c.speaker_leg, c.held, c.began_at, c.talked_at, c.ended_at, c.outcome, c.recording, p.name AS contact_name
  FROM call c JOIN contact p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
 WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: find_call_of_callback :one
SELECT id, phase FROM call WHERE workspace_id = $1 AND callback_id = $2 AND ended_at IS NULL LIMIT 1;

-- Of a call that begins, or is found again: the customer's name, and how the workspace calls.
-- name: find_about :one
SELECT coalesce(p.name, '') AS name, coalesce(s.number, '') AS shown, s.ring_s, s.call_use, s.record
  FROM (SELECT $1::bigint AS workspace_id, $2::uuid AS contact_id) w
  LEFT JOIN contact p ON p.workspace_id = w.workspace_id AND p.id = w.contact_id
  LEFT JOIN phone_setting s ON s.workspace_id = w.workspace_id LIMIT 1;

-- name: find_phone_inbox :one
SELECT id, team_id FROM inbox WHERE workspace_id = $1 ORDER BY id LIMIT 1;

-- -- what was dialled -------------------------------------------------------------------------------------------------

-- name: count_dials :one
SELECT count(*) FILTER (WHERE number = $2 AND at > $5::timestamptz - interval '1 day') AS number_day,
       count(*) FILTER (WHERE visitor_id = $3 AND at > $5::timestamptz - interval '1 hour') AS visitor_hour,
       count(*) FILTER (WHERE $4 <> '' AND address = $4 AND at > $5::timestamptz - interval '1 hour') AS address_hour,
       count(*) FILTER (WHERE at > $5::timestamptz - interval '1 minute') AS minute,
       count(*) FILTER (WHERE at > $5::timestamptz - interval '1 day') AS day
  FROM outside_dial WHERE workspace_id = $1 AND at > $5::timestamptz - interval '1 day' LIMIT 1;

-- name: lock_dials :exec
SELECT pg_advisory_xact_lock(hashtextextended('outside_dial ' || $1::text, 0));

-- name: insert_dial :exec
INSERT INTO outside_dial (workspace_id, at, call_id, number, visitor_id, address) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: forget_dials :exec
DELETE FROM outside_dial WHERE at < $1;

-- -- callbacks ---------------------------------------------------------------------------------------------------------

-- name: insert_callback :value
INSERT INTO callback (workspace_id, id, conversation_id, contact_id, visitor_id, inbox_id, number, address, consent, asked_at,
  due_at, slot, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting')
ON CONFLICT (workspace_id, conversation_id) WHERE state IN ('waiting', 'calling') DO NOTHING RETURNING id;

-- name: count_waiting :value
SELECT count(*) FROM callback WHERE workspace_id = $1 AND state IN ('waiting', 'calling');

-- name: count_ahead :one
SELECT count(*) FILTER (WHERE address = $2 AND $2 <> '' AND asked_at > $4::timestamptz - interval '1 hour') AS address_hour,
       count(*) FILTER (WHERE visitor_id = $3 AND asked_at > $4::timestamptz - interval '1 hour') AS visitor_hour
  FROM callback WHERE workspace_id = $1 AND asked_at > $4::timestamptz - interval '1 hour' LIMIT 1;

-- name: find_callback :one
SELECT id, conversation_id, contact_id, visitor_id, inbox_id, number, address, asked_at, due_at, slot, state, tries FROM callback
 WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- Proven by the company's own site, or answered by an operator before: no crowd of new visitors takes his calls away.
-- name: is_known :value
SELECT c.verified OR EXISTS (
       SELECT FROM conversation d JOIN event e ON e.workspace_id = d.workspace_id AND e.conversation_id = d.id
        WHERE d.workspace_id = $1 AND d.contact_id = $2 AND e.type = 'message' AND e.actor = 'operator')
  FROM contact c WHERE c.workspace_id = $1 AND c.id = $2 LIMIT 1;

-- name: find_current :one
SELECT id, conversation_id, contact_id, visitor_id, inbox_id, number, address, asked_at, due_at, slot, state, tries FROM callback
 WHERE workspace_id = $1 AND contact_id = $2 AND state IN ('waiting', 'calling') ORDER BY asked_at DESC LIMIT 1;

-- name: list_due :many
SELECT workspace_id, id, conversation_id, contact_id, visitor_id, inbox_id, number, address, asked_at, due_at, slot, state, tries
  FROM callback WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT 200;

-- name: find_next_due :value
SELECT min(due_at) FROM callback WHERE state = 'waiting' AND due_at > $1;

-- name: take_callback :value
UPDATE callback SET state = 'calling', tries = tries + 1 WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'
RETURNING tries;

-- name: put_off_callback :value
UPDATE callback SET state = 'waiting', due_at = $3 WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'calling')
RETURNING id;

-- name: end_callback :value
UPDATE callback SET state = $3, ended_at = $4 WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'calling')
RETURNING id;

-- Of a process that died: what is said to be called, and no call is there for it.
-- name: list_stranded :many
SELECT k.workspace_id, k.id FROM callback k WHERE k.state = 'calling' AND NOT EXISTS (
       SELECT FROM call c WHERE c.workspace_id = k.workspace_id AND c.callback_id = k.id AND c.ended_at IS NULL) LIMIT 1000;

-- name: find_inbox_calendar :one
SELECT callback_calendar_id FROM inbox WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- -- recordings --------------------------------------------------------------------------------------------------------

-- name: insert_recording :exec
INSERT INTO recording (workspace_id, call_id, conversation_id, contact_id, state, made_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: list_unmade :many
SELECT call_id FROM recording WHERE state = 'waiting' LIMIT 100000;

-- name: find_recording :one
SELECT workspace_id, call_id, conversation_id, contact_id, state, made_at, seconds, size_bytes, sha256, customer_peaks,
       operator_peaks, figures, told_at
  FROM recording WHERE workspace_id = $1 AND call_id = $2 LIMIT 1;

-- name: finish_recording :value
UPDATE recording SET state = $3, seconds = $4, size_bytes = $5, sha256 = $6, customer_peaks = $7, operator_peaks = $8, figures = $9
 WHERE workspace_id = $1 AND call_id = $2 AND state = 'waiting' RETURNING call_id;

-- name: tell_recording :value
UPDATE recording SET told_at = $3 WHERE workspace_id = $1 AND call_id = $2 AND told_at IS NULL RETURNING call_id;

-- name: erase_recordings :many
UPDATE recording SET state = 'erased', customer_peaks = '', operator_peaks = '', sha256 = '', figures = ''
 WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[])) AND state <> 'erased' RETURNING call_id;

-- name: expire_recordings :many
UPDATE recording r SET state = 'erased', customer_peaks = '', operator_peaks = '', sha256 = '', figures = ''
  FROM (SELECT o.workspace_id, o.call_id FROM recording o JOIN phone_setting s ON s.workspace_id = o.workspace_id
         WHERE o.state = 'ready' AND s.record_days > 0 AND o.made_at < $1::timestamptz - s.record_days * interval '1 day'
         LIMIT $2 FOR UPDATE OF o SKIP LOCKED) old
 WHERE r.workspace_id = old.workspace_id AND r.call_id = old.call_id RETURNING r.call_id;

-- -- erasure -----------------------------------------------------------------------------------------------------------

-- name: erase_dials :exec
UPDATE outside_dial SET number = '', address = '', visitor_id = NULL WHERE workspace_id = $1 AND number IN (
  SELECT number FROM call WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[]))
   UNION SELECT number FROM callback WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[])));

-- name: erase_calls :exec
UPDATE call SET number = '' WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[]));

-- name: erase_callbacks :exec
UPDATE callback SET number = '', address = '', consent = '',
       state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END
 WHERE workspace_id = $1 AND (contact_id = $2 OR conversation_id = ANY($3::uuid[]));

-- name: erase_legs :exec
UPDATE call_leg l SET endpoint = '' FROM call c
 WHERE c.workspace_id = $1 AND (c.contact_id = $2 OR c.conversation_id = ANY($3::uuid[]))
   AND l.workspace_id = c.workspace_id AND l.call_id = c.id AND l.operator_id IS NULL AND c.ended_at IS NOT NULL;
