-- name: insert_contact :exec
INSERT INTO contact (workspace_id, id, name, verified, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: find_contact :one
SELECT id, name, verified, comment, locale, demo, created_at FROM contact WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: list_identities :many
SELECT id, type, address, verified FROM identity WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id LIMIT 50;

-- name: change_contact :value
UPDATE contact SET name = coalesce($3, name), comment = coalesce($4, comment) WHERE workspace_id = $1 AND id = $2
RETURNING id;

-- name: claim_name :exec
UPDATE contact SET name = $3 WHERE workspace_id = $1 AND id = $2 AND name = '' AND NOT verified;

-- name: set_verified :exec
UPDATE contact SET verified = true, name = CASE WHEN $3 <> '' THEN $3 ELSE name END WHERE workspace_id = $1 AND id = $2;

-- name: insert_identity :exec
INSERT INTO identity (workspace_id, id, contact_id, type, address, verified)
SELECT $1, $2, $3, $4, $5, $6
 WHERE NOT EXISTS (SELECT FROM identity WHERE workspace_id = $1 AND contact_id = $3 AND type = $4
                      AND CASE type WHEN 'site' THEN address = $5 ELSE lower(address) = lower($5) END)
   AND (SELECT count(*) FROM identity WHERE workspace_id = $1 AND contact_id = $3) < 50;

-- name: delete_identity :value
DELETE FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND id = $3 RETURNING id;

-- name: find_proven :value
SELECT contact_id FROM identity WHERE workspace_id = $1 AND type = $2 AND verified
   AND CASE type WHEN 'site' THEN address = $3 ELSE lower(address) = lower($3) END LIMIT 1;

-- name: has_proof :value
SELECT EXISTS (SELECT FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND type = 'site' AND verified);

-- name: lock_email :one
SELECT id, verified FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND type = 'email' AND lower(address) = lower($3)
 ORDER BY verified DESC LIMIT 1 FOR UPDATE;

-- name: has_any_proof :value
SELECT EXISTS (SELECT FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND verified);

-- name: prove_identity :exec
UPDATE identity SET verified = true WHERE workspace_id = $1 AND id = $2;

-- name: search :many
WITH found AS (
  (SELECT id FROM contact WHERE workspace_id = $1 AND $3 <> '' AND to_tsvector('simple', name) @@ to_tsquery('simple', $3)
    LIMIT $5)
  UNION
  (SELECT contact_id FROM identity
    WHERE workspace_id = $1 AND lower(address) ~>=~ $2 AND lower(address) ~<~ $4
    ORDER BY lower(address) USING ~<~ LIMIT $5))
SELECT p.id, p.name, coalesce((SELECT i.address FROM identity i WHERE i.workspace_id = p.workspace_id
         AND i.contact_id = p.id AND i.type <> 'site'
       ORDER BY lower(i.address) ~>=~ $2 AND lower(i.address) ~<~ $4 DESC, i.id LIMIT 1), '') AS address
  FROM (SELECT DISTINCT coalesce(c.merged_into, c.id) AS id
          FROM found JOIN contact c ON c.workspace_id = $1 AND c.id = found.id) AS shown
  JOIN contact p ON p.workspace_id = $1 AND p.id = shown.id
 ORDER BY translate(lower(p.name), 'ё', 'е'), p.id LIMIT $5;

-- name: latest :many
SELECT p.id, p.name, coalesce((SELECT i.address FROM identity i WHERE i.workspace_id = p.workspace_id
         AND i.contact_id = p.id AND i.type <> 'site' ORDER BY i.id LIMIT 1), '') AS address
  FROM contact p WHERE p.workspace_id = $1 AND p.merged_into IS NULL ORDER BY p.id DESC LIMIT $2;

-- name: lock_visitor :one
SELECT id, contact_id, ended_at FROM visitor WHERE workspace_id = $1 AND id = $2 FOR UPDATE LIMIT 1;

-- name: ensure_visitor :exec
INSERT INTO visitor (workspace_id, id, inbox_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: set_visitor_contact :exec
UPDATE visitor SET contact_id = $3 WHERE workspace_id = $1 AND id = $2;

-- name: end_visitor :exec
UPDATE visitor SET ended_at = $3 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL;

-- name: list_visitors :many
SELECT v.workspace_id, v.id, v.contact_id, v.ended_at, p.name, p.verified
  FROM visitor v LEFT JOIN contact p ON p.workspace_id = v.workspace_id AND p.id = v.contact_id
 WHERE v.workspace_id = $1 AND v.id = ANY($2::uuid[]) LIMIT 2000;

-- name: use_token :value
INSERT INTO customer_token (workspace_id, jti, visitor_id, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, jti) DO UPDATE SET expires_at = excluded.expires_at
  WHERE customer_token.visitor_id = excluded.visitor_id RETURNING visitor_id;

-- name: forget_tokens :exec
DELETE FROM customer_token WHERE expires_at < $1;

-- name: mark_demo :exec
UPDATE contact SET demo = true WHERE workspace_id = $1 AND id = $2;

-- name: delete_demo :exec
WITH gone AS (DELETE FROM contact WHERE demo RETURNING workspace_id, id)
DELETE FROM visitor v USING gone WHERE v.workspace_id = gone.workspace_id AND v.contact_id = gone.id;

-- name: find_owners :many
SELECT DISTINCT contact_id FROM identity WHERE workspace_id = $1 AND type = $2 AND lower(address) = lower($3) LIMIT 2;

-- name: delete_identities :exec
DELETE FROM identity WHERE workspace_id = $1 AND contact_id = $2 AND id = ANY($3::uuid[]) AND NOT verified;

-- name: delete_silent :value
DELETE FROM contact p WHERE p.workspace_id = $1 AND p.id = $2 AND NOT p.verified
   AND NOT EXISTS (SELECT FROM visitor v WHERE v.workspace_id = $1 AND v.contact_id = $2)
RETURNING id;
-- name: insert_block :value
INSERT INTO block (workspace_id, id, type, value, reason, created_by, created_by_name, created_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id;

-- name: count_blocks :value
SELECT count(*) FROM block WHERE workspace_id = $1 AND lifted_at IS NULL;

-- An ended one would be in the way of the next of the same.
-- name: lift_ended :exec
UPDATE block SET lifted_at = until WHERE workspace_id = $1 AND lifted_at IS NULL AND until <= $2;

-- name: lift_block :value
UPDATE block SET lifted_at = $3, lifted_by_name = $4 WHERE workspace_id = $1 AND id = $2 AND lifted_at IS NULL RETURNING id;

-- name: list_blocks :many
SELECT b.id, b.type, b.value, coalesce(p.name, '') AS name, b.reason, b.created_by_name, b.created_at, b.until, b.lifted_at,
       b.lifted_by_name, b.lifted_at IS NULL AND (b.until IS NULL OR b.until > $3) AS active
  FROM block b LEFT JOIN contact p ON p.workspace_id = b.workspace_id
   AND p.id = CASE b.type WHEN 'contact' THEN b.value::uuid END
 WHERE b.workspace_id = $1 AND ($2::uuid IS NULL OR b.id = $2)
 ORDER BY active DESC, b.created_at DESC, b.id LIMIT $4;

-- name: list_active_blocks :many
SELECT workspace_id, type, value, until FROM block
 WHERE lifted_at IS NULL AND (until IS NULL OR until > $1) LIMIT 1000000;

-- name: list_blocked_contacts :many
SELECT i.workspace_id, i.contact_id, max(coalesce(b.until, 'infinity')) AS until
  FROM block b JOIN identity i ON i.workspace_id = b.workspace_id AND i.type = b.type AND lower(i.address) = b.value
 WHERE b.type IN ('email', 'phone') AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until > $1)
 GROUP BY i.workspace_id, i.contact_id LIMIT 1000000;

-- name: blocks_version :value
SELECT count(*) || ' ' || count(lifted_at) || ' ' || coalesce(max(created_at)::text, '') FROM block;

-- A block of his stays, for whoever he is now, without the reason, which may name him; one that has ended goes.
-- name: erase_contact :exec
WITH his AS (
  SELECT b.id, b.lifted_at IS NOT NULL OR coalesce(b.until < $3, false) AS ended FROM block b
   WHERE b.workspace_id = $1 AND (
     (b.type = 'contact' AND b.value = ($2::uuid)::text)
     OR (b.type = 'device' AND b.value IN (SELECT v.id::text FROM visitor v WHERE v.workspace_id = $1 AND v.contact_id = $2))
     OR (b.type IN ('email', 'phone') AND b.value IN (
         SELECT lower(i.address) FROM identity i WHERE i.workspace_id = $1 AND i.contact_id = $2)))),
 gone AS (DELETE FROM block b USING his WHERE b.workspace_id = $1 AND b.id = his.id AND his.ended),
 kept AS (UPDATE block b SET reason = '—' FROM his WHERE b.workspace_id = $1 AND b.id = his.id AND NOT his.ended),
 merges AS (
  UPDATE contact_merge SET from_name = '' WHERE workspace_id = $1 AND (into_id = $2 OR $2 = ANY(moved)))
UPDATE contact SET name = '', comment = '', verified = false, erased_at = coalesce(erased_at, $3)
 WHERE workspace_id = $1 AND id = $2;

-- name: erase_identities :exec
DELETE FROM identity WHERE workspace_id = $1 AND contact_id = $2;

-- name: erase_visitors :many
WITH tokens AS (
  DELETE FROM customer_token t USING visitor v
   WHERE v.workspace_id = $1 AND v.contact_id = $2 AND t.workspace_id = v.workspace_id AND t.visitor_id = v.id)
UPDATE visitor SET ended_at = coalesce(ended_at, $3) WHERE workspace_id = $1 AND contact_id = $2 RETURNING id;

-- name: list_group :many
SELECT g.id FROM contact g, (SELECT coalesce(merged_into, id) AS id FROM contact WHERE workspace_id = $1 AND id = $2) AS root
 WHERE g.workspace_id = $1 AND (g.id = root.id OR g.merged_into = root.id) ORDER BY g.merged_into IS NOT NULL, g.id LIMIT 100;

-- name: lock_group :many
SELECT g.id, g.name, EXISTS (SELECT FROM identity i WHERE i.workspace_id = $1 AND i.contact_id = g.id AND i.verified) AS verified
  FROM contact g, (SELECT coalesce(merged_into, id) AS id FROM contact WHERE workspace_id = $1 AND id = $2) AS root
 WHERE g.workspace_id = $1 AND (g.id = root.id OR g.merged_into = root.id) ORDER BY g.merged_into IS NOT NULL, g.id LIMIT 100
   FOR UPDATE OF g;

-- name: list_identities_of :many
SELECT id, type, address, verified FROM identity WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY id LIMIT 200;

-- name: find_holder :value
SELECT contact_id FROM identity WHERE workspace_id = $1 AND id = $2 AND contact_id = ANY($3::uuid[]) LIMIT 1;

-- name: list_merges :many
SELECT id, from_id, from_name, operator_id, created_at FROM contact_merge
 WHERE workspace_id = $1 AND into_id = ANY($2::uuid[]) AND undone_at IS NULL ORDER BY created_at DESC LIMIT $3;

-- name: list_duplicates :many
WITH found AS (
  SELECT DISTINCT ON (coalesce(c.merged_into, c.id)) coalesce(c.merged_into, c.id) AS id, i.address
    FROM identity mine
    JOIN identity i ON i.workspace_id = mine.workspace_id AND lower(i.address) = lower(mine.address) AND i.type = mine.type
    JOIN contact c ON c.workspace_id = i.workspace_id AND c.id = i.contact_id
   WHERE mine.workspace_id = $1 AND mine.contact_id = ANY($2::uuid[]) AND coalesce(c.merged_into, c.id) <> $3
   ORDER BY coalesce(c.merged_into, c.id), i.id LIMIT $4)
SELECT p.id, p.name, found.address,
       EXISTS (SELECT FROM identity i WHERE i.workspace_id = $1 AND i.contact_id = p.id AND i.verified)
       AND EXISTS (SELECT FROM identity i WHERE i.workspace_id = $1 AND i.contact_id = ANY($2::uuid[]) AND i.verified) AS proven
  FROM found JOIN contact p ON p.workspace_id = $1 AND p.id = found.id ORDER BY p.name, p.id LIMIT $4;

-- name: point :exec
UPDATE contact SET merged_into = $3, name = $4 WHERE workspace_id = $1 AND id = ANY($2::uuid[]);

-- name: rename :exec
UPDATE contact SET name = $3 WHERE workspace_id = $1 AND id = ANY($2::uuid[]);

-- name: insert_merge :exec
INSERT INTO contact_merge (workspace_id, id, into_id, from_id, moved, from_name, operator_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: lock_merge :one
SELECT into_id, from_id, moved, from_name FROM contact_merge
 WHERE workspace_id = $1 AND id = $2 AND undone_at IS NULL FOR UPDATE LIMIT 1;

-- name: part :exec
UPDATE contact SET merged_into = CASE WHEN id <> $3 THEN $3 END, name = $4 WHERE workspace_id = $1 AND id = ANY($2::uuid[]);

-- name: end_merge :exec
UPDATE contact_merge SET undone_at = $3 WHERE workspace_id = $1 AND id = $2;

-- name: find_caller :value
SELECT i.contact_id FROM identity i JOIN contact p ON p.workspace_id = i.workspace_id AND p.id = i.contact_id
 WHERE i.workspace_id = $1 AND i.type = 'phone' AND i.address = $2
 ORDER BY i.verified DESC, p.created_at DESC, i.contact_id LIMIT 1;
