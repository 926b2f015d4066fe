-- What is kept of a person, one file of the package each: $1 workspace, $2 all contacts of the person. Read by a cursor,
-- so without a limit. A table that names contacts, conversations or browsers is here, or in EXCLUDED with the reason.

-- name: contacts :many
SELECT id, name, verified, comment, locale, created_at, erased_at, merged_into FROM contact
 WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id;

-- name: addresses :many
SELECT contact_id, type, address, verified FROM identity WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY id;

-- name: merges :many
SELECT m.into_id, m.from_id, m.from_name, m.created_at, m.undone_at FROM contact_merge m
 WHERE m.workspace_id = $1 AND (m.into_id = ANY($2::uuid[]) OR m.from_id = ANY($2::uuid[])) ORDER BY m.created_at;

-- name: attributes :many
SELECT v.subject_id, a.subject, a.key, a.name, v.value, v.changed_at
  FROM attribute_value v JOIN attribute a ON a.workspace_id = v.workspace_id AND a.id = v.attribute_id
 WHERE v.workspace_id = $1 AND (v.subject_id = ANY($2::uuid[]) OR v.subject_id IN (
       SELECT id FROM conversation WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]))) ORDER BY v.subject_id, a.key;

-- name: conversations :many
SELECT c.id, c.contact_id, i.name AS inbox, c.channel, c.status, c.episode, c.last_seq AS events, c.last_at, c.labels,
       c.closed_at
  FROM conversation c JOIN inbox i ON i.workspace_id = c.workspace_id AND i.id = c.inbox_id
 WHERE c.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY c.last_at;

-- name: files :many
SELECT a.id, a.conversation_id, a.name, a.media_type, a.size_bytes, a.created_at, a.note, a.status
  FROM attachment a LEFT JOIN conversation c ON c.workspace_id = a.workspace_id AND c.id = a.conversation_id
  LEFT JOIN visitor v ON v.workspace_id = a.workspace_id AND v.id = a.owner_id
 WHERE a.workspace_id = $1 AND (c.contact_id = ANY($2::uuid[]) OR v.contact_id = ANY($2::uuid[])) ORDER BY a.id;

-- name: secrets :many
SELECT s.conversation_id, s.seq, s.purpose, '[hidden]' AS value, s.asked_at, s.given_at, s.closed_at
  FROM secret s JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id
 WHERE s.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY s.asked_at;

-- name: ratings :many
SELECT r.conversation_id, r.episode, r.closed_at, r.asked_at, r.skipped_at, r.rated_at, r.score, r.solved
  FROM rating r JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id
 WHERE r.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY r.closed_at;

-- name: promises :many
SELECT p.conversation_id, p.cause, p.made_at, p.promised_at, p.moved_to, p.answered_at
  FROM promise p JOIN conversation c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id
 WHERE p.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY p.made_at;

-- name: tasks :many
SELECT t.id, t.conversation_id, t.text, t.created_at, t.due_at, t.done_at
  FROM task t LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id
 WHERE t.workspace_id = $1 AND (t.contact_id = ANY($2::uuid[]) OR c.contact_id = ANY($2::uuid[])) ORDER BY t.created_at;

-- name: drafts :many
SELECT d.conversation_id, d.text, d.note, d.saved_at
  FROM draft d JOIN conversation c ON c.workspace_id = d.workspace_id AND c.id = d.conversation_id
 WHERE d.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY d.saved_at;

-- name: browsers :many
SELECT id, contact_id, created_at, ended_at FROM visitor WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY created_at;

-- name: invitations :many
SELECT n.visitor_id, n.text, n.created_at, n.shown_at, n.accepted_at, n.dismissed_at
  FROM invitation n JOIN visitor v ON v.workspace_id = n.workspace_id AND v.id = n.visitor_id
 WHERE n.workspace_id = $1 AND v.contact_id = ANY($2::uuid[]) ORDER BY n.created_at;

-- name: online :many
SELECT o.visitor_id, o.started_at, o.seen_at, o.url, o.title, o.source, o.ip, o.device
  FROM visitor_online o JOIN visitor v ON v.workspace_id = o.workspace_id AND v.id = o.visitor_id
 WHERE o.workspace_id = $1 AND v.contact_id = ANY($2::uuid[]) ORDER BY o.seen_at;

-- name: visits :many
SELECT s.id, s.visitor_id, s.started_at, s.seen_at, s.left_at, s.source, s.ip, s.device
  FROM visit s JOIN visitor v ON v.workspace_id = s.workspace_id AND v.id = s.visitor_id
 WHERE s.workspace_id = $1 AND v.contact_id = ANY($2::uuid[]) ORDER BY s.started_at;

-- name: pages :many
SELECT p.visit_id, p.at, p.url, p.title, p.search
  FROM page_view p JOIN visit s ON s.workspace_id = p.workspace_id AND s.id = p.visit_id
  JOIN visitor v ON v.workspace_id = s.workspace_id AND v.id = s.visitor_id
 WHERE p.workspace_id = $1 AND v.contact_id = ANY($2::uuid[]) ORDER BY p.at;

-- name: reported :many
SELECT t.visit_id, t.at, t.name, t.data
  FROM tracked t JOIN visit s ON s.workspace_id = t.workspace_id AND s.id = t.visit_id
  JOIN visitor v ON v.workspace_id = s.workspace_id AND v.id = s.visitor_id
 WHERE t.workspace_id = $1 AND v.contact_id = ANY($2::uuid[]) ORDER BY t.at;

-- name: reach :many
SELECT contact_id, locale, time_zone FROM reach WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]);

-- name: push :many
SELECT contact_id, visitor_id, endpoint, locale, created_at FROM push_subscription
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY created_at;

-- name: letters :many
SELECT n.conversation_id, n.emailed_at FROM notice n
 WHERE n.workspace_id = $1 AND n.contact_id = ANY($2::uuid[]) AND n.emailed_at IS NOT NULL ORDER BY n.emailed_at;

-- name: cleared :many
SELECT h.conversation_id, h.seq, h.cleared_at
  FROM history_clear h JOIN conversation c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id
 WHERE h.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) ORDER BY h.cleared_at;

-- name: consents :many
SELECT contact_id, purpose, version, wording, source, given_at, withdrawn_at, withdrawn_by FROM consent
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY given_at;

-- name: calls :many
SELECT conversation_id, direction, number, began_at, talked_at, ended_at, outcome FROM call
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY began_at;

-- name: recordings :many
SELECT conversation_id, call_id, state, made_at, seconds, size_bytes, sha256 FROM recording
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY made_at;

-- name: callbacks :many
SELECT conversation_id, number, address, consent, asked_at, due_at, state, tries, ended_at FROM callback
 WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY asked_at;

-- name: holds :many
SELECT contact_id, reason, created_at FROM legal_hold WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]);

-- name: blocks :many
SELECT type, value, reason, created_at, until, lifted_at FROM block
 WHERE workspace_id = $1 AND ((type = 'contact' AND value = ANY(SELECT unnest($2::uuid[])::text))
    OR (type = 'device' AND value IN (SELECT id::text FROM visitor WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])))
    OR (type IN ('email', 'phone') AND lower(value) IN (
        SELECT lower(address) FROM identity WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])))) ORDER BY created_at;

-- name: audit :many
SELECT at, actor, actor_name, action, subject FROM audit_entry
 WHERE workspace_id = $1 AND subject = ANY(SELECT 'contact ' || unnest($2::uuid[])::text) ORDER BY at;
