-- Append a batch of events, all or none, in one round trip and one transaction. READ COMMITTED only.
--
-- Heads, one element a conversation in any order: workspace, conversation, number of events, then what they do to the
-- summary row: customer messages to count as unread, messages to count as unread by the customer, waiting (1 the
-- customer waits, -1 he was answered, 0 unchanged) and the preview with its actor (null: unchanged).
-- Items, one element an event: head (1-based), nth within its conversation (1-based), client id (different within a
-- conversation and actor), actor, type and body. Numbers, ids and words travel as array literals: the driver would
-- look at every element of a list, and that costs more than the insert.
--
-- Answer: before_seq by head; an item's seq is before_seq[head] + nth. With p_check it looks first, and appends nothing
-- when known_item / known_seq / known_at name items (1-based) stored earlier or missing_head conversations that do not
-- exist: the caller answers those, leaves them out and calls again. Without p_check the same is an error (23505 for a
-- stored item, OK001 for a missing conversation) that undoes the transaction: the caller calls again with p_check.
CREATE FUNCTION append_events_v1(
  p_workspace_id text, p_conversation_id text, p_events text, p_unread text, p_customer_unread text, p_waiting text,
  p_preview text[], p_preview_actor text,
  p_head text, p_nth text, p_client_id text, p_actor text, p_actor_id text, p_type text, p_body text[],
  p_at timestamptz, p_check boolean,
  OUT before_seq bigint[], OUT known_item integer[], OUT known_seq bigint[], OUT known_at timestamptz[],
  OUT missing_head integer[])
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan -- else planned anew at every call
SET enable_seqscan = off                 -- a plan made while the tables were small must not scan them when they are big
SET enable_hashjoin = off                -- rows of conversation are taken in the order of the sorted heads
SET enable_mergejoin = off
AS $$
DECLARE
  v_workspace_id    CONSTANT bigint[] := p_workspace_id;
  v_conversation_id CONSTANT uuid[] := p_conversation_id;
  v_events          CONSTANT integer[] := p_events;
  v_head            CONSTANT integer[] := p_head;
BEGIN
  IF p_check THEN
    -- In key order whatever the caller's order: two batches may wait for each other, never in a circle.
    PERFORM FROM unnest(v_workspace_id, v_conversation_id) AS h (workspace_id, conversation_id)
      JOIN conversation c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id
     ORDER BY c.workspace_id, c.id
       FOR NO KEY UPDATE OF c;

    -- A statement of its own: its snapshot is younger than the locks, so no event of these conversations escapes it.
    SELECT array_agg(i.item), array_agg(e.seq), array_agg(e.created_at) INTO known_item, known_seq, known_at
      FROM unnest(v_head, p_client_id::uuid[], p_actor_id::uuid[]) WITH ORDINALITY
        AS i (head, client_id, actor_id, item)
      JOIN event e ON e.workspace_id = v_workspace_id[i.head] AND e.conversation_id = v_conversation_id[i.head]
                  AND e.actor_id = i.actor_id AND e.client_id = i.client_id;

    SELECT array_agg(h.head::integer) INTO missing_head
      FROM unnest(v_workspace_id, v_conversation_id) WITH ORDINALITY AS h (workspace_id, conversation_id, head)
     WHERE NOT EXISTS (SELECT FROM conversation c WHERE c.workspace_id = h.workspace_id AND c.id = h.conversation_id);
    IF known_item IS NOT NULL OR missing_head IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;

  -- Sorted for the same reason; the update itself takes the locks.
  WITH moved AS (
    UPDATE conversation c
       SET last_seq = c.last_seq + h.events,
           last_at = p_at,
           unread = c.unread + h.unread,
           customer_unread = c.customer_unread + h.customer_unread,
           preview = coalesce(h.preview, c.preview),
           preview_actor = coalesce(h.preview_actor, c.preview_actor),
           waiting_since = CASE h.waiting WHEN 1 THEN coalesce(c.waiting_since, p_at) WHEN 0 THEN c.waiting_since END,
           change_xid = pg_current_xact_id()
      FROM (SELECT * FROM unnest(v_workspace_id, v_conversation_id, v_events, p_unread::integer[],
                                 p_customer_unread::integer[], p_waiting::integer[], p_preview,
                                 p_preview_actor::text[]) WITH ORDINALITY
              AS u (workspace_id, conversation_id, events, unread, customer_unread, waiting, preview, preview_actor,
                    head)
             ORDER BY u.workspace_id, u.conversation_id) h
     WHERE c.workspace_id = h.workspace_id AND c.id = h.conversation_id
    RETURNING h.head, c.last_seq - h.events AS before)
  SELECT array_agg(moved.before ORDER BY moved.head) INTO before_seq FROM moved;

  IF cardinality(before_seq) IS DISTINCT FROM cardinality(v_conversation_id) THEN
    RAISE EXCEPTION 'a conversation is missing' USING ERRCODE = 'OK001';
  END IF;

  INSERT INTO event (workspace_id, conversation_id, seq, client_id, actor, actor_id, type, body, created_at)
  SELECT v_workspace_id[i.head], v_conversation_id[i.head], before_seq[i.head] + i.nth,
         i.client_id, i.actor, i.actor_id, i.type, i.body, p_at
    FROM unnest(v_head, p_nth::integer[], p_client_id::uuid[], p_actor::text[], p_actor_id::uuid[], p_type::text[],
                p_body)
      AS i (head, nth, client_id, actor, actor_id, type, body);

  INSERT INTO outbox (at, topic, workspace_ids, conversation_ids, before_seqs, event_counts)
  VALUES (p_at, 'timeline', v_workspace_id, v_conversation_id, before_seq, v_events);
END $$;
