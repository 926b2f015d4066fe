-- Append a batch of events, all or none, in one round trip and one transaction. READ COMMITTED only.
--
-- Heads, one element a conversation in any order: workspace, conversation, number of events, then what they do to the
-- summary row: customer messages to count as unread, messages to count as unread by the customer, the preview with its
-- actor (null: unchanged) and waiting (1 the customer waits, -1 he was answered, 0 unchanged).
-- Items, one element an event: head (1-based), nth within its conversation (1-based), client id (different within a
-- conversation and actor), actor, type and body.
--
-- Answer: before_seq by head; an item's seq is before_seq[head] + nth. Otherwise nothing was appended, and known_item /
-- known_seq / known_at name the items (1-based) stored earlier, missing_head the conversations that do not exist: the
-- caller answers those, leaves them out and calls again.
CREATE FUNCTION append_events_v1(
  p_workspace_id bigint[], p_conversation_id uuid[], p_events integer[], p_unread integer[], p_customer_unread integer[],
  p_preview text[], p_preview_actor text[], p_waiting integer[],
  p_head integer[], p_nth integer[], p_client_id uuid[], p_actor text[], p_actor_id uuid[], p_type text[],
  p_body text[], p_at timestamptz,
  OUT before_seq bigint[], OUT known_item integer[], OUT known_seq bigint[], OUT known_at timestamptz[],
  OUT missing_head integer[])
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan -- else planned anew at every call
SET enable_seqscan = off                 -- a plan made while the tables were small must not scan them when they are big
AS $$
BEGIN
  -- In key order whatever the caller's order: two batches may wait for each other, never in a circle.
  SELECT array_agg(locked.last_seq ORDER BY locked.head) INTO before_seq FROM (
    SELECT h.head, c.last_seq
      FROM unnest(p_workspace_id, p_conversation_id) WITH ORDINALITY AS h (workspace_id, conversation_id, head)
      JOIN conversation c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id
     ORDER BY c.workspace_id, c.id
       FOR NO KEY UPDATE OF c) locked;

  -- A statement of its own: its snapshot is younger than the locks, so no event of these conversations escapes it.
  SELECT array_agg(i.item), array_agg(e.seq), array_agg(e.created_at) INTO known_item, known_seq, known_at
    FROM unnest(p_head, p_client_id, p_actor_id) WITH ORDINALITY AS i (head, client_id, actor_id, item)
    JOIN event e ON e.workspace_id = p_workspace_id[i.head] AND e.conversation_id = p_conversation_id[i.head]
                AND e.actor_id = i.actor_id AND e.client_id = i.client_id;

  IF cardinality(before_seq) IS DISTINCT FROM cardinality(p_conversation_id) THEN
    missing_head := ARRAY(
      SELECT h.head::integer
        FROM unnest(p_workspace_id, p_conversation_id) WITH ORDINALITY AS h (workspace_id, conversation_id, head)
       WHERE NOT EXISTS (SELECT FROM conversation c WHERE c.workspace_id = h.workspace_id AND c.id = h.conversation_id));
  END IF;
  IF known_item IS NOT NULL OR missing_head IS NOT NULL THEN
    before_seq := NULL;
    RETURN;
  END IF;

  INSERT INTO event (workspace_id, conversation_id, seq, client_id, actor, actor_id, type, body, created_at)
  SELECT p_workspace_id[i.head], p_conversation_id[i.head], before_seq[i.head] + i.nth,
         i.client_id, i.actor, i.actor_id, i.type, i.body, p_at
    FROM unnest(p_head, p_nth, p_client_id, p_actor, p_actor_id, p_type, p_body)
      AS i (head, nth, client_id, actor, actor_id, type, body);

  UPDATE conversation c
     SET last_seq = c.last_seq + h.events,
         last_at = p_at,
         unread = c.unread + h.unread,
         customer_unread = c.customer_unread + h.customer_unread,
         preview = coalesce(h.preview, c.preview),
         preview_actor = coalesce(h.preview_actor, c.preview_actor),
         waiting_since = CASE h.waiting WHEN 1 THEN coalesce(c.waiting_since, p_at) WHEN 0 THEN c.waiting_since END,
         change_xid = pg_current_xact_id()
    FROM unnest(p_workspace_id, p_conversation_id, p_events, p_unread, p_customer_unread, p_preview, p_preview_actor,
                p_waiting)
      AS h (workspace_id, conversation_id, events, unread, customer_unread, preview, preview_actor, waiting)
   WHERE c.workspace_id = h.workspace_id AND c.id = h.conversation_id;

  INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
  VALUES (p_at, 'timeline', p_workspace_id, p_conversation_id, before_seq, p_events);
END $$;
