-- Who reads bodies to index them holds this until his commit, so that nobody writes words of a text that is gone.
-- name: lock_index :exec
SELECT pg_advisory_xact_lock(7310578);

-- name: read_spans :many
SELECT e.workspace_id, e.conversation_id, e.seq, e.actor, e.actor_id, e.type, e.created_at, e.body
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[]) AS s (workspace_id, conversation_id, before_seq, size)
  JOIN event e ON e.workspace_id = s.workspace_id AND e.conversation_id = s.conversation_id
              AND e.seq > s.before_seq AND e.seq <= s.before_seq + s.size
 WHERE e.type IN ('message', 'note') LIMIT 100000;

-- name: read_some :many
SELECT workspace_id, conversation_id, seq, actor, actor_id, type, created_at, body FROM event
 WHERE workspace_id = $1 AND conversation_id = $2 AND seq = ANY($3::bigint[]) AND type IN ('message', 'note') LIMIT 10000;

-- name: read_after :many
SELECT workspace_id, conversation_id, seq, actor, actor_id, type, created_at, body FROM event
 WHERE (conversation_id, workspace_id, seq) > ($1::uuid, $2::bigint, $3::bigint)
 ORDER BY conversation_id, workspace_id, seq LIMIT $4;

-- name: put_entries :exec
INSERT INTO search_entry (workspace_id, conversation_id, seq, at, actor, actor_id, note, words)
SELECT workspace_id, conversation_id, seq, at, actor, actor_id, note,
       to_tsvector('russian', text) || setweight(to_tsvector('russian', files), 'A')
       || array_to_tsvector(array_remove(string_to_array(tails, ' '), ''))
  FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[], $6::uuid[], $7::boolean[],
              $8::text[], $9::text[], $10::text[])
    AS n (workspace_id, conversation_id, seq, at, actor, actor_id, note, text, files, tails)
ON CONFLICT (conversation_id, workspace_id, seq) DO UPDATE SET words = excluded.words;

-- name: forget_some :exec
DELETE FROM search_entry WHERE workspace_id = $1 AND conversation_id = $2 AND seq = ANY($3::bigint[]);

-- name: forget_conversations :exec
DELETE FROM search_entry WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]);

-- name: forget_demo :exec
DELETE FROM search_entry e USING conversation c, contact p
 WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id
   AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.demo;

-- name: forget_range :exec
DELETE FROM search_entry
 WHERE (conversation_id, workspace_id, seq) > ($1::uuid, $2::bigint, $3::bigint)
   AND (conversation_id, workspace_id, seq) <= ($4::uuid, $5::bigint, $6::bigint);

-- name: forget_after :exec
DELETE FROM search_entry WHERE (conversation_id, workspace_id, seq) > ($1::uuid, $2::bigint, $3::bigint);

-- name: read_state :one
SELECT done, conversation_id, workspace_id, seq FROM search_state LIMIT 1;

-- name: move_state :exec
UPDATE search_state SET done = $1, conversation_id = $2, workspace_id = $3, seq = $4;

-- name: begin_anew :exec
UPDATE search_state SET done = false, conversation_id = '00000000-0000-0000-0000-000000000000', workspace_id = 0, seq = 0
 WHERE done OR $1;

-- name: count_entries :value
SELECT CASE WHEN reltuples < 10000 THEN (SELECT count(*) FROM (SELECT FROM search_entry LIMIT 10000) few)
            ELSE reltuples::bigint END FROM pg_class WHERE oid = 'search_entry'::regclass;

-- name: stem_words :many
SELECT word, tsvector_to_array(to_tsvector('russian', word)) AS stems FROM unnest($1::text[]) AS w (word) LIMIT 10000;

-- name: mark_texts :many
SELECT n, ts_headline('russian', text, $2::tsquery, 'HighlightAll=true, StartSel="' || chr(2) || '", StopSel="' || chr(3) || '"')
         AS marked
  FROM unnest($1::text[]) WITH ORDINALITY AS t (text, n) ORDER BY n LIMIT 2000;

-- name: list_conversations :many
SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'open'
 UNION ALL
SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = $2 AND status = 'closed' LIMIT 10000;
