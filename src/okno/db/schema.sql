-- Written by `make schema` from the migrations. Do not edit: nothing reads it but people and a test.

CREATE SCHEMA okno_jobs;

CREATE TYPE okno_jobs.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION okno_jobs.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE FUNCTION public.append_events_v1(p_workspace_id text, p_conversation_id text, p_events text, p_unread text, p_customer_unread text, p_waiting text, p_preview text[], p_preview_actor text, p_head text, p_nth text, p_client_id text, p_actor text, p_actor_id text, p_type text, p_body text[], p_at timestamp with time zone, p_check boolean, OUT before_seq bigint[], OUT known_item integer[], OUT known_seq bigint[], OUT known_at timestamp with time zone[], OUT missing_head integer[]) RETURNS record
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
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

CREATE FUNCTION public.keep_audit_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR OLD.at > now() - interval '30 days' THEN
    RAISE EXCEPTION 'an audit entry is never changed, and not deleted within 30 days';
  END IF;
  RETURN OLD;
END $$;

CREATE FUNCTION public.keep_conversation_label() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM conversation_label WHERE workspace_id = OLD.workspace_id AND conversation_id = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO conversation_label (workspace_id, label, team_id, status, active_at, conversation_id)
    SELECT DISTINCT NEW.workspace_id, l.label, NEW.team_id, NEW.status, NEW.active_at, NEW.id
      FROM unnest(NEW.labels) AS l (label);
  END IF;
  RETURN NULL;
END $$;

CREATE TABLE okno_jobs.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status okno_jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE okno_jobs.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE okno_jobs.pgqueuer_id_seq OWNED BY okno_jobs.pgqueuer.id;

CREATE TABLE okno_jobs.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status okno_jobs.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE okno_jobs.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME okno_jobs.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE okno_jobs.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status okno_jobs.pgqueuer_status DEFAULT 'queued'::okno_jobs.pgqueuer_status
);

CREATE SEQUENCE okno_jobs.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE okno_jobs.pgqueuer_schedules_id_seq OWNED BY okno_jobs.pgqueuer_schedules.id;

CREATE TABLE okno_jobs.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status okno_jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE okno_jobs.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE okno_jobs.pgqueuer_statistics_id_seq OWNED BY okno_jobs.pgqueuer_statistics.id;

CREATE TABLE public.alert (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    alert_class text NOT NULL,
    conversation_id uuid,
    detail text DEFAULT ''::text NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    email_due_at timestamp with time zone
);

CREATE TABLE public.alert_profile (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    quiet_until timestamp with time zone
);

CREATE TABLE public.alert_setting (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    alert_class text NOT NULL,
    app boolean NOT NULL,
    push boolean NOT NULL,
    email boolean NOT NULL,
    sound boolean NOT NULL
);

CREATE TABLE public.api_key (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    role text NOT NULL,
    teams bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT api_key_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'supervisor'::text, 'operator'::text])))
);

CREATE TABLE public.article (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    folder text DEFAULT ''::text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.assignment (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    episode integer NOT NULL,
    operator_id uuid NOT NULL,
    queue_id bigint,
    reason text NOT NULL,
    use_percent smallint NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    assigned_at timestamp with time zone NOT NULL,
    answer_by timestamp with time zone,
    ended_at timestamp with time zone,
    end_reason text,
    CONSTRAINT assignment_check CHECK (((ended_at IS NULL) = (end_reason IS NULL))),
    CONSTRAINT assignment_end_reason_check CHECK ((end_reason = ANY (ARRAY['closed'::text, 'transfer'::text, 'returned'::text, 'missed'::text]))),
    CONSTRAINT assignment_reason_check CHECK ((reason = ANY (ARRAY['automatic'::text, 'offer'::text, 'taken'::text, 'transfer'::text, 'sticky'::text])))
);

CREATE TABLE public.attachment (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    conversation_id uuid,
    name text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL,
    got_bytes bigint DEFAULT 0 NOT NULL,
    status text DEFAULT 'uploading'::text NOT NULL,
    preview text DEFAULT ''::text NOT NULL,
    width integer DEFAULT 0 NOT NULL,
    height integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    upload_bytes bigint DEFAULT 0 NOT NULL,
    duration_s double precision DEFAULT 0 NOT NULL,
    message_id uuid,
    note boolean DEFAULT false NOT NULL,
    examined_by timestamp with time zone,
    kept boolean DEFAULT false NOT NULL,
    cleared boolean DEFAULT false NOT NULL,
    CONSTRAINT attachment_preview_check CHECK ((preview = ANY (ARRAY[''::text, 'made'::text, 'none'::text]))),
    CONSTRAINT attachment_status_check CHECK ((status = ANY (ARRAY['uploading'::text, 'ready'::text, 'deleted'::text])))
);

CREATE TABLE public.attachment_part (
    workspace_id bigint NOT NULL,
    attachment_id uuid NOT NULL,
    from_bytes bigint NOT NULL,
    size_bytes bigint NOT NULL,
    object text NOT NULL
);

CREATE TABLE public.attribute (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    choices text[] DEFAULT '{}'::text[] NOT NULL,
    place integer DEFAULT 0 NOT NULL,
    CONSTRAINT attribute_key_check CHECK ((key ~ '^[a-z][a-z0-9_]{0,39}$'::text)),
    CONSTRAINT attribute_subject_check CHECK ((subject = ANY (ARRAY['contact'::text, 'conversation'::text]))),
    CONSTRAINT attribute_type_check CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'date'::text, 'choice'::text, 'flag'::text, 'link'::text])))
);

ALTER TABLE public.attribute ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attribute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.attribute_value (
    workspace_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    attribute_id bigint NOT NULL,
    value text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.audit_entry (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    actor_id uuid NOT NULL,
    actor_name text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    action text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    CONSTRAINT audit_entry_actor_check CHECK ((actor = ANY (ARRAY['operator'::text, 'api_key'::text, 'customer'::text, 'system'::text])))
);

CREATE TABLE public.automation_rule (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    place integer NOT NULL,
    name text NOT NULL,
    trigger text NOT NULL,
    condition text NOT NULL,
    acts text NOT NULL,
    enabled boolean NOT NULL,
    stop boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT automation_rule_trigger_check CHECK ((trigger = ANY (ARRAY['began'::text, 'message'::text, 'answered'::text, 'labelled'::text, 'rated'::text, 'overdue'::text, 'closed'::text])))
);

CREATE TABLE public.automation_run (
    workspace_id bigint NOT NULL,
    rule_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    CONSTRAINT automation_run_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text, 'stopped'::text])))
);

CREATE TABLE public.block (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    created_by uuid NOT NULL,
    created_by_name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    until timestamp with time zone,
    lifted_at timestamp with time zone,
    lifted_by_name text DEFAULT ''::text NOT NULL,
    CONSTRAINT block_type_check CHECK ((type = ANY (ARRAY['contact'::text, 'email'::text, 'phone'::text, 'network'::text, 'device'::text])))
);

CREATE TABLE public.bus_cursor (
    handler text NOT NULL,
    xid xid8 NOT NULL,
    id bigint NOT NULL
);

CREATE TABLE public.bus_parked (
    id bigint NOT NULL,
    handler text NOT NULL,
    topic text NOT NULL,
    payload text NOT NULL,
    error text NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    replay boolean DEFAULT false NOT NULL
);

ALTER TABLE public.bus_parked ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.bus_parked_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.calendar (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    week text DEFAULT '[]'::text NOT NULL,
    holidays text DEFAULT ''::text NOT NULL,
    days text DEFAULT '[]'::text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE public.calendar ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.calendar_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    direction text NOT NULL,
    phase text NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    callback_id uuid,
    number text NOT NULL,
    operator_id uuid,
    speaker_leg uuid,
    held boolean DEFAULT false NOT NULL,
    began_at timestamp with time zone NOT NULL,
    talked_at timestamp with time zone,
    ended_at timestamp with time zone,
    outcome text,
    recording text DEFAULT 'off'::text NOT NULL,
    CONSTRAINT call_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'callback'::text, 'outbound'::text]))),
    CONSTRAINT call_outcome_check CHECK ((outcome = ANY (ARRAY['talked'::text, 'no_operator'::text, 'busy'::text, 'no_answer'::text, 'gave_up'::text, 'operator_gone'::text, 'cancelled'::text, 'failed'::text, 'lost'::text]))),
    CONSTRAINT call_phase_check CHECK ((phase = ANY (ARRAY['waiting'::text, 'ringing'::text, 'dialling'::text, 'talking'::text, 'ended'::text]))),
    CONSTRAINT call_recording_check CHECK ((recording = ANY (ARRAY['off'::text, 'wanted'::text, 'on'::text, 'paused'::text, 'failed'::text])))
);

CREATE TABLE public.call_leg (
    workspace_id bigint NOT NULL,
    call_id uuid NOT NULL,
    id uuid NOT NULL,
    operator_id uuid,
    endpoint text NOT NULL,
    state text NOT NULL,
    CONSTRAINT call_leg_state_check CHECK ((state = ANY (ARRAY['dialling'::text, 'up'::text, 'ended'::text])))
);

CREATE TABLE public.callback (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    inbox_id bigint NOT NULL,
    number text NOT NULL,
    address text NOT NULL,
    consent text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    slot boolean NOT NULL,
    state text NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT callback_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'calling'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);

CREATE TABLE public.consent (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    purpose text NOT NULL,
    version text NOT NULL,
    wording text NOT NULL,
    source text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by text DEFAULT ''::text NOT NULL,
    CONSTRAINT consent_purpose_check CHECK ((purpose = 'personal_data'::text))
);

CREATE TABLE public.contact (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    verified boolean DEFAULT false NOT NULL,
    comment text DEFAULT ''::text NOT NULL,
    locale text DEFAULT ''::text NOT NULL,
    demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone,
    merged_into uuid
);

CREATE TABLE public.contact_merge (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    into_id uuid NOT NULL,
    from_id uuid NOT NULL,
    moved uuid[] NOT NULL,
    from_name text NOT NULL,
    operator_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone
);

CREATE TABLE public.contact_operator (
    workspace_id bigint NOT NULL,
    contact_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    last_at timestamp with time zone NOT NULL
);

CREATE TABLE public.conversation (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    inbox_id bigint NOT NULL,
    channel text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    turn text DEFAULT 'queue'::text NOT NULL,
    assignee_id uuid,
    team_id bigint DEFAULT 0 NOT NULL,
    episode integer DEFAULT 1 NOT NULL,
    last_seq bigint DEFAULT 0 NOT NULL,
    last_at timestamp with time zone NOT NULL,
    active_at timestamp with time zone GENERATED ALWAYS AS (date_bin('00:00:15'::interval, last_at, '2000-01-01 00:00:00+00'::timestamp with time zone)) STORED,
    preview text DEFAULT ''::text NOT NULL,
    preview_actor text DEFAULT 'system'::text NOT NULL,
    unread integer DEFAULT 0 NOT NULL,
    waiting_since timestamp with time zone,
    customer_unread integer DEFAULT 0 NOT NULL,
    customer_got_seq bigint DEFAULT 0 NOT NULL,
    customer_read_seq bigint DEFAULT 0 NOT NULL,
    operator_read_seq bigint DEFAULT 0 NOT NULL,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    closed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    held_at timestamp with time zone,
    snoozed boolean DEFAULT false NOT NULL,
    snoozed_until timestamp with time zone,
    due_at timestamp with time zone,
    due_warn_at timestamp with time zone,
    due_clock text,
    apart boolean DEFAULT false NOT NULL,
    merged_into uuid,
    merged uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    language_fixed boolean DEFAULT false NOT NULL,
    unanswered_since timestamp with time zone,
    CONSTRAINT conversation_language_check CHECK ((language ~ '^([a-z]{2,3})?$'::text)),
    CONSTRAINT conversation_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text]))),
    CONSTRAINT conversation_turn_check CHECK ((turn = ANY (ARRAY['bot'::text, 'queue'::text, 'operator'::text])))
)
WITH (fillfactor='70');

CREATE TABLE public.conversation_label (
    workspace_id bigint NOT NULL,
    label text NOT NULL,
    team_id bigint NOT NULL,
    status text NOT NULL,
    active_at timestamp with time zone NOT NULL,
    conversation_id uuid NOT NULL
);

CREATE TABLE public.conversation_merge (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    into_id uuid NOT NULL,
    from_id uuid NOT NULL,
    moved uuid[] NOT NULL,
    swapped boolean NOT NULL,
    status text NOT NULL,
    apart boolean NOT NULL,
    turn text NOT NULL,
    assignee_id uuid,
    team_id bigint NOT NULL,
    waiting_since timestamp with time zone,
    closed_at timestamp with time zone,
    into_waiting timestamp with time zone,
    operator_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT conversation_merge_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);

CREATE TABLE public.conversation_route (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    episode integer NOT NULL,
    queue_id bigint,
    skill_id bigint,
    skill_level smallint DEFAULT 1 NOT NULL,
    priority smallint,
    policy_id bigint,
    rule text NOT NULL,
    CONSTRAINT conversation_route_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
    CONSTRAINT conversation_route_skill_level_check CHECK (((skill_level >= 1) AND (skill_level <= 5)))
);

CREATE TABLE public.crm_connector (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    header text DEFAULT ''::text NOT NULL,
    secret bytea,
    keep_s integer NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.crm_field (
    workspace_id bigint NOT NULL,
    connector_id uuid NOT NULL,
    place smallint NOT NULL,
    label text NOT NULL,
    path text NOT NULL
);

CREATE TABLE public.custom_role (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    permissions text[] NOT NULL,
    CONSTRAINT custom_role_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'supervisor'::text, 'operator'::text])))
);

ALTER TABLE public.custom_role ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.custom_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.customer_token (
    workspace_id bigint NOT NULL,
    jti text NOT NULL,
    visitor_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.desk_call (
    workspace_id bigint NOT NULL,
    call_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    use_percent integer NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT desk_call_use_percent_check CHECK ((use_percent >= 0))
);

CREATE TABLE public.draft (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    text text NOT NULL,
    note boolean NOT NULL,
    saved_at timestamp with time zone NOT NULL
);

CREATE TABLE public.episode_fact (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    episode integer NOT NULL,
    opened_seq bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    operator_id uuid,
    team_id bigint NOT NULL,
    inbox_id bigint NOT NULL,
    channel text NOT NULL
);

CREATE TABLE public.erased_conversation (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

CREATE TABLE public.event (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    client_id uuid NOT NULL,
    actor text NOT NULL,
    actor_id uuid NOT NULL,
    type text NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL
)
WITH (fillfactor='95');

CREATE TABLE public.figures_setting (
    workspace_id bigint NOT NULL,
    answer_goal_s integer NOT NULL,
    CONSTRAINT figures_setting_answer_goal_s_check CHECK ((answer_goal_s > 0))
);

CREATE TABLE public.figures_state (
    one boolean DEFAULT true NOT NULL,
    done boolean NOT NULL,
    workspace_id bigint DEFAULT 0 NOT NULL,
    conversation_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    CONSTRAINT figures_state_one_check CHECK (one)
);

CREATE TABLE public.greeting_count (
    workspace_id bigint NOT NULL,
    greeting_id uuid NOT NULL,
    day date NOT NULL,
    shown integer DEFAULT 0 NOT NULL,
    opened integer DEFAULT 0 NOT NULL,
    answered integer DEFAULT 0 NOT NULL,
    dismissed integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.history_clear (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    cleared_at timestamp with time zone NOT NULL
);

CREATE TABLE public.identity (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    type text NOT NULL,
    address text NOT NULL,
    verified boolean DEFAULT false NOT NULL,
    CONSTRAINT identity_type_check CHECK ((type = ANY (ARRAY['email'::text, 'phone'::text, 'site'::text])))
);

CREATE TABLE public.import (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    name text NOT NULL,
    content bytea,
    encoding text NOT NULL,
    delimiter text NOT NULL,
    header boolean NOT NULL,
    targets text[] NOT NULL,
    known text DEFAULT 'skip'::text NOT NULL,
    rows integer NOT NULL,
    done_rows integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    faulty integer DEFAULT 0 NOT NULL,
    kept integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT import_kind_check CHECK ((kind = ANY (ARRAY['contacts'::text, 'templates'::text, 'articles'::text]))),
    CONSTRAINT import_known_check CHECK ((known = ANY (ARRAY['skip'::text, 'update'::text]))),
    CONSTRAINT import_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'running'::text, 'done'::text, 'undoing'::text, 'undone'::text])))
);

CREATE TABLE public.import_row (
    workspace_id bigint NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    fate text NOT NULL,
    target_id uuid,
    before text DEFAULT ''::text NOT NULL,
    problem text DEFAULT ''::text NOT NULL,
    CONSTRAINT import_row_fate_check CHECK ((fate = ANY (ARRAY['created'::text, 'updated'::text, 'faulty'::text])))
);

CREATE TABLE public.inbox (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    channel text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    team_id bigint DEFAULT 0 NOT NULL,
    side text DEFAULT 'right'::text NOT NULL,
    accent text DEFAULT '#2b4acb'::text NOT NULL,
    texts_ru text DEFAULT '{}'::text NOT NULL,
    texts_en text DEFAULT '{}'::text NOT NULL,
    domains text[] DEFAULT '{}'::text[] NOT NULL,
    pages_hidden text[] DEFAULT '{}'::text[] NOT NULL,
    draft_preview boolean DEFAULT true NOT NULL,
    identity_secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    calendar_id bigint,
    callback_calendar_id bigint,
    calls_calendar_id bigint,
    greetings text DEFAULT '[]'::text NOT NULL,
    rules text DEFAULT '[]'::text NOT NULL,
    form text DEFAULT '{}'::text NOT NULL,
    CONSTRAINT inbox_accent_check CHECK ((accent ~ '^#[0-9a-f]{6}$'::text)),
    CONSTRAINT inbox_side_check CHECK ((side = ANY (ARRAY['left'::text, 'right'::text]))),
    CONSTRAINT inbox_team_id_check CHECK ((team_id >= 0))
);

ALTER TABLE public.inbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.inbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.invitation (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    inbox_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shown_at timestamp with time zone,
    accepted_at timestamp with time zone,
    dismissed_at timestamp with time zone,
    conversation_id uuid
);

CREATE TABLE public.label_colour (
    workspace_id bigint NOT NULL,
    label text NOT NULL,
    colour smallint NOT NULL,
    CONSTRAINT label_colour_colour_check CHECK (((colour >= 0) AND (colour <= 5)))
);

CREATE TABLE public.lease (
    name text NOT NULL,
    holder uuid NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.legal_hold (
    workspace_id bigint NOT NULL,
    contact_id uuid NOT NULL,
    reason text NOT NULL,
    created_by_name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.letter (
    id uuid NOT NULL,
    about text NOT NULL,
    sealed bytea NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    given_up boolean DEFAULT false NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    workspace_id bigint,
    contact_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL
);

CREATE TABLE public.login_failure (
    address text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.macro (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid,
    team_id bigint,
    name text NOT NULL,
    digit smallint,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT macro_check CHECK (((operator_id IS NULL) OR (team_id IS NULL))),
    CONSTRAINT macro_digit_check CHECK (((digit >= 1) AND (digit <= 9)))
);

CREATE TABLE public.macro_act (
    workspace_id bigint NOT NULL,
    macro_id uuid NOT NULL,
    place smallint NOT NULL,
    type text NOT NULL,
    template_id uuid,
    text text DEFAULT ''::text NOT NULL,
    added text[] DEFAULT '{}'::text[] NOT NULL,
    removed text[] DEFAULT '{}'::text[] NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    operator_id uuid,
    CONSTRAINT macro_act_type_check CHECK ((type = ANY (ARRAY['reply'::text, 'note'::text, 'label'::text, 'assign'::text, 'close'::text])))
);

CREATE TABLE public.mention (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    operator_id uuid NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.migration (
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.notice (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    step text NOT NULL,
    due_at timestamp with time zone,
    told_seq bigint DEFAULT 0 NOT NULL,
    emailed_at timestamp with time zone,
    emailed_to bytea,
    CONSTRAINT notice_step_check CHECK ((step = ANY (ARRAY['push'::text, 'email'::text, 'rest'::text])))
);

CREATE TABLE public.notice_settings (
    workspace_id bigint NOT NULL,
    push boolean NOT NULL,
    push_after_s integer NOT NULL,
    email boolean NOT NULL,
    email_after_s integer NOT NULL,
    quiet boolean NOT NULL,
    quiet_from_min integer NOT NULL,
    quiet_to_min integer NOT NULL
);

CREATE TABLE public.notice_stop (
    workspace_id bigint NOT NULL,
    address text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.offer (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    use_percent smallint NOT NULL,
    why text NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    fate text,
    CONSTRAINT offer_check CHECK (((ended_at IS NULL) = (fate IS NULL))),
    CONSTRAINT offer_fate_check CHECK ((fate = ANY (ARRAY['accepted'::text, 'declined'::text, 'expired'::text, 'withdrawn'::text, 'unanswered'::text])))
);

CREATE TABLE public.one_time_link (
    token_hash bytea NOT NULL,
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    purpose text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT one_time_link_purpose_check CHECK ((purpose = ANY (ARRAY['first'::text, 'invite'::text, 'reset'::text])))
);

CREATE TABLE public.operator (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text,
    photo text DEFAULT ''::text NOT NULL,
    locale text DEFAULT 'ru'::text NOT NULL,
    theme text DEFAULT 'auto'::text NOT NULL,
    sound boolean DEFAULT true NOT NULL,
    disabled_at timestamp with time zone,
    demo boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    custom_role_id bigint,
    CONSTRAINT operator_locale_check CHECK ((locale = ANY (ARRAY['ru'::text, 'en'::text]))),
    CONSTRAINT operator_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'supervisor'::text, 'operator'::text]))),
    CONSTRAINT operator_theme_check CHECK ((theme = ANY (ARRAY['auto'::text, 'light'::text, 'dark'::text])))
);

CREATE TABLE public.operator_interval (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    state text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT operator_interval_state_check CHECK ((state = ANY (ARRAY['online'::text, 'busy'::text, 'break'::text, 'offline'::text])))
);

CREATE TABLE public.operator_photo (
    hash text NOT NULL,
    image bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.operator_session (
    id uuid NOT NULL,
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    seen_at timestamp with time zone
);

CREATE TABLE public.operator_skill (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    skill_id bigint NOT NULL,
    level smallint NOT NULL,
    CONSTRAINT operator_skill_level_check CHECK (((level >= 1) AND (level <= 5)))
);

CREATE TABLE public.operator_state (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    state text DEFAULT 'online'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    takes_chats boolean DEFAULT true NOT NULL,
    takes_calls boolean DEFAULT true NOT NULL,
    chats_max smallint DEFAULT 5 NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    specialist boolean DEFAULT false NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    connected_until timestamp with time zone,
    idle_since timestamp with time zone NOT NULL,
    shift_zone text DEFAULT ''::text NOT NULL,
    shift_days text DEFAULT '[]'::text NOT NULL,
    duty text DEFAULT 'free'::text NOT NULL,
    duty_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    duty_until timestamp with time zone,
    extra_until timestamp with time zone,
    CONSTRAINT operator_state_chats_max_check CHECK (((chats_max >= 2) AND (chats_max <= 10))),
    CONSTRAINT operator_state_duty_check CHECK ((duty = ANY (ARRAY['free'::text, 'on'::text, 'off'::text, 'extra'::text]))),
    CONSTRAINT operator_state_state_check CHECK ((state = ANY (ARRAY['online'::text, 'busy'::text, 'break'::text, 'offline'::text])))
);

CREATE TABLE public.operator_team (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    team_id bigint NOT NULL
);

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at timestamp with time zone NOT NULL,
    topic text NOT NULL,
    payload text DEFAULT ''::text NOT NULL,
    workspace_ids bigint[],
    conversation_ids uuid[],
    before_seqs bigint[],
    event_counts integer[]
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.outbox ALTER COLUMN workspace_ids SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.outbox ALTER COLUMN conversation_ids SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.outbox ALTER COLUMN before_seqs SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.outbox ALTER COLUMN event_counts SET STORAGE EXTERNAL;

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.outside_dial (
    workspace_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    call_id uuid NOT NULL,
    number text NOT NULL,
    visitor_id uuid,
    address text NOT NULL
);

CREATE TABLE public.page_view (
    workspace_id bigint NOT NULL,
    visit_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    search text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.participant (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamp with time zone NOT NULL
);

CREATE TABLE public.person_export (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    status text DEFAULT 'waiting'::text NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    asked_by_name text DEFAULT ''::text NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    total integer DEFAULT 0 NOT NULL,
    made_at timestamp with time zone,
    CONSTRAINT person_export_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'ready'::text, 'failed'::text, 'deleted'::text])))
);

CREATE TABLE public.phone_setting (
    workspace_id bigint NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    transport text NOT NULL,
    hosts text[] NOT NULL,
    username text NOT NULL,
    password bytea NOT NULL,
    number text NOT NULL,
    country text NOT NULL,
    countries text[] NOT NULL,
    dials_per_minute integer NOT NULL,
    dials_per_day integer NOT NULL,
    call_use integer NOT NULL,
    callbacks boolean NOT NULL,
    tries smallint NOT NULL,
    pause_s integer NOT NULL,
    ring_s integer NOT NULL,
    consent_ru text NOT NULL,
    consent_en text NOT NULL,
    stopped_at timestamp with time zone,
    record boolean DEFAULT false NOT NULL,
    record_days integer DEFAULT 0 NOT NULL,
    CONSTRAINT phone_setting_call_use_check CHECK (((call_use >= 0) AND (call_use <= 1000))),
    CONSTRAINT phone_setting_dials_per_day_check CHECK ((dials_per_day > 0)),
    CONSTRAINT phone_setting_dials_per_minute_check CHECK ((dials_per_minute > 0)),
    CONSTRAINT phone_setting_pause_s_check CHECK (((pause_s >= 10) AND (pause_s <= 86400))),
    CONSTRAINT phone_setting_port_check CHECK (((port >= 1) AND (port <= 65535))),
    CONSTRAINT phone_setting_record_days_check CHECK (((record_days >= 0) AND (record_days <= 3650))),
    CONSTRAINT phone_setting_ring_s_check CHECK (((ring_s >= 5) AND (ring_s <= 120))),
    CONSTRAINT phone_setting_transport_check CHECK ((transport = ANY (ARRAY['udp'::text, 'tcp'::text]))),
    CONSTRAINT phone_setting_tries_check CHECK (((tries >= 1) AND (tries <= 5)))
);

CREATE TABLE public.privacy_settings (
    workspace_id bigint NOT NULL,
    secret_hours integer DEFAULT 24 NOT NULL,
    audit_days integer DEFAULT 1095 NOT NULL,
    CONSTRAINT privacy_settings_audit_days_check CHECK (((audit_days >= 30) AND (audit_days <= 3650))),
    CONSTRAINT privacy_settings_secret_hours_check CHECK (((secret_hours >= 1) AND (secret_hours <= 720)))
);

CREATE TABLE public.promise (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    queue_id bigint NOT NULL,
    calendar_id bigint,
    cause text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    opening timestamp with time zone NOT NULL,
    ahead integer NOT NULL,
    expected_s double precision NOT NULL,
    promised_at timestamp with time zone NOT NULL,
    check_at timestamp with time zone,
    told_at timestamp with time zone,
    moved_to timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT promise_cause_check CHECK ((cause = ANY (ARRAY['closed'::text, 'queue'::text])))
);

CREATE TABLE public.push_key (
    id boolean DEFAULT true NOT NULL,
    public_key text NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT push_key_id_check CHECK (id)
);

CREATE TABLE public.push_subscription (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id uuid,
    visitor_id uuid,
    operator_id uuid,
    session_id uuid,
    endpoint text NOT NULL,
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT push_subscription_check CHECK (((contact_id IS NULL) <> (operator_id IS NULL))),
    CONSTRAINT push_subscription_check1 CHECK (((contact_id IS NULL) = (visitor_id IS NULL))),
    CONSTRAINT push_subscription_locale_check CHECK ((locale = ANY (ARRAY['ru'::text, 'en'::text])))
);

CREATE TABLE public.queue (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    mode text DEFAULT 'pull'::text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    team_id bigint DEFAULT 0 NOT NULL,
    priority smallint DEFAULT 3 NOT NULL,
    skill_id bigint,
    skill_level smallint DEFAULT 1 NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    accept_s integer DEFAULT 30 NOT NULL,
    answer_s integer DEFAULT 0 NOT NULL,
    sticky text DEFAULT 'loose'::text NOT NULL,
    sticky_hours integer DEFAULT 72 NOT NULL,
    sticky_wait_s integer DEFAULT 120 NOT NULL,
    chat_use smallint DEFAULT 100 NOT NULL,
    call_use smallint DEFAULT 300 NOT NULL,
    mail_use smallint DEFAULT 30 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT queue_accept_s_check CHECK ((accept_s > 0)),
    CONSTRAINT queue_answer_s_check CHECK ((answer_s >= 0)),
    CONSTRAINT queue_call_use_check CHECK (((call_use >= 0) AND (call_use <= 1000))),
    CONSTRAINT queue_chat_use_check CHECK (((chat_use >= 0) AND (chat_use <= 1000))),
    CONSTRAINT queue_mail_use_check CHECK (((mail_use >= 0) AND (mail_use <= 1000))),
    CONSTRAINT queue_mode_check CHECK ((mode = ANY (ARRAY['automatic'::text, 'offer'::text, 'pull'::text]))),
    CONSTRAINT queue_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
    CONSTRAINT queue_skill_level_check CHECK (((skill_level >= 1) AND (skill_level <= 5))),
    CONSTRAINT queue_sticky_check CHECK ((sticky = ANY (ARRAY['off'::text, 'loose'::text, 'strict'::text]))),
    CONSTRAINT queue_sticky_hours_check CHECK ((sticky_hours > 0)),
    CONSTRAINT queue_sticky_wait_s_check CHECK ((sticky_wait_s > 0))
);

CREATE TABLE public.queue_entry (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    episode integer NOT NULL,
    queue_id bigint NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    priority smallint NOT NULL,
    skill_id bigint,
    skill_level smallint DEFAULT 1 NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    preferred_operator_id uuid,
    preferred_until timestamp with time zone,
    left_at timestamp with time zone,
    leave_reason text,
    operator_id uuid,
    CONSTRAINT queue_entry_check CHECK (((left_at IS NULL) = (leave_reason IS NULL))),
    CONSTRAINT queue_entry_leave_reason_check CHECK ((leave_reason = ANY (ARRAY['assigned'::text, 'taken'::text, 'answered'::text, 'closed'::text, 'abandoned'::text, 'moved'::text, 'bot'::text, 'merged'::text])))
);

ALTER TABLE public.queue ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.queue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.queue_inbox (
    workspace_id bigint NOT NULL,
    inbox_id bigint NOT NULL,
    queue_id bigint NOT NULL
);

CREATE TABLE public.rating (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    episode integer NOT NULL,
    operator_id uuid,
    closed_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    skipped_at timestamp with time zone,
    rated_at timestamp with time zone,
    score smallint,
    solved boolean,
    CONSTRAINT rating_score_check CHECK (((score >= 1) AND (score <= 5)))
);

CREATE TABLE public.reach (
    workspace_id bigint NOT NULL,
    contact_id uuid NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    time_zone text DEFAULT ''::text NOT NULL,
    CONSTRAINT reach_locale_check CHECK ((locale = ANY (ARRAY['ru'::text, 'en'::text])))
);

CREATE TABLE public.readiness (
    id boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT readiness_id_check CHECK (id)
);

CREATE TABLE public.recording (
    workspace_id bigint NOT NULL,
    call_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    state text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    seconds real DEFAULT 0 NOT NULL,
    size_bytes integer DEFAULT 0 NOT NULL,
    sha256 bytea DEFAULT '\x'::bytea NOT NULL,
    customer_peaks bytea DEFAULT '\x'::bytea NOT NULL,
    operator_peaks bytea DEFAULT '\x'::bytea NOT NULL,
    figures text DEFAULT ''::text NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT recording_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'ready'::text, 'failed'::text, 'erased'::text])))
);

CREATE TABLE public.retention_policy (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    inbox_id bigint DEFAULT 0 NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    days integer NOT NULL,
    enabled boolean NOT NULL,
    run_at timestamp with time zone,
    erased bigint DEFAULT 0 NOT NULL,
    CONSTRAINT retention_policy_days_check CHECK ((days > 0))
);

ALTER TABLE public.retention_policy ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.retention_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.routing_setting (
    workspace_id bigint NOT NULL,
    break_reasons text[] DEFAULT '{}'::text[] NOT NULL,
    idle_s integer DEFAULT 1800 NOT NULL,
    misses_max smallint DEFAULT 2 NOT NULL,
    CONSTRAINT routing_setting_idle_s_check CHECK ((idle_s >= 0)),
    CONSTRAINT routing_setting_misses_max_check CHECK (((misses_max >= 0) AND (misses_max <= 10)))
);

CREATE TABLE public.saved_view (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid,
    name text NOT NULL,
    filter text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.search_entry (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    actor_id uuid NOT NULL,
    note boolean NOT NULL,
    words tsvector NOT NULL
);

CREATE TABLE public.search_state (
    one boolean DEFAULT true NOT NULL,
    done boolean NOT NULL,
    conversation_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    workspace_id bigint DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    CONSTRAINT search_state_one_check CHECK (one)
);

CREATE TABLE public.secret (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    purpose text NOT NULL,
    sealed bytea,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    given_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT secret_purpose_check CHECK ((purpose = ANY (ARRAY['card'::text, 'code_word'::text, 'other'::text])))
);

CREATE TABLE public.shift (
    workspace_id bigint NOT NULL,
    operator_id uuid NOT NULL,
    day smallint NOT NULL,
    from_min smallint NOT NULL,
    to_min smallint NOT NULL,
    CONSTRAINT shift_check CHECK ((from_min < to_min)),
    CONSTRAINT shift_day_check CHECK (((day >= 0) AND (day <= 6))),
    CONSTRAINT shift_from_min_check CHECK (((from_min >= 0) AND (from_min <= 1439))),
    CONSTRAINT shift_to_min_check CHECK (((to_min >= 1) AND (to_min <= 2880)))
);

CREATE TABLE public.skill (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL
);

ALTER TABLE public.skill ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.skill_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sla_clock (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    clock text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    episode integer NOT NULL,
    used_s double precision DEFAULT 0 NOT NULL,
    resumed_at timestamp with time zone,
    stopped_at timestamp with time zone,
    policy_id bigint,
    due_at timestamp with time zone,
    warn_at timestamp with time zone,
    warned_at timestamp with time zone,
    breached_at timestamp with time zone,
    CONSTRAINT sla_clock_clock_check CHECK ((clock = ANY (ARRAY['first_answer'::text, 'next_answer'::text, 'resolution'::text, 'promise'::text])))
);

CREATE TABLE public.sla_policy (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    "position" integer NOT NULL,
    queue_id bigint,
    label text DEFAULT ''::text NOT NULL,
    priority_min smallint DEFAULT 1 NOT NULL,
    calendar_id bigint,
    first_answer_s integer,
    next_answer_s integer,
    resolution_s integer,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sla_policy_first_answer_s_check CHECK ((first_answer_s > 0)),
    CONSTRAINT sla_policy_next_answer_s_check CHECK ((next_answer_s > 0)),
    CONSTRAINT sla_policy_priority_min_check CHECK (((priority_min >= 1) AND (priority_min <= 5))),
    CONSTRAINT sla_policy_resolution_s_check CHECK ((resolution_s > 0))
);

ALTER TABLE public.sla_policy ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sla_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sla_track (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seen_seq bigint NOT NULL,
    episode integer NOT NULL,
    answered boolean NOT NULL,
    waits boolean NOT NULL,
    held boolean NOT NULL
);

CREATE TABLE public.snooze (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    until_at timestamp with time zone,
    seq bigint NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.split_message (
    workspace_id bigint NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    into_id uuid NOT NULL,
    files uuid[] NOT NULL
);

CREATE TABLE public.supervision_setting (
    workspace_id bigint NOT NULL,
    watched_shown boolean NOT NULL
);

CREATE TABLE public.task (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid,
    contact_id uuid,
    text text NOT NULL,
    assignee_id uuid NOT NULL,
    author_id uuid NOT NULL,
    due_at timestamp with time zone,
    told_at timestamp with time zone,
    done_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.team (
    workspace_id bigint NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL
);

ALTER TABLE public.team ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.team_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.template (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    operator_id uuid,
    team_id bigint,
    folder text DEFAULT ''::text NOT NULL,
    name text NOT NULL,
    shortcut text DEFAULT ''::text NOT NULL,
    text text NOT NULL,
    files uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT template_check CHECK (((operator_id IS NULL) OR (team_id IS NULL)))
);

CREATE TABLE public.template_use (
    workspace_id bigint NOT NULL,
    template_id uuid NOT NULL,
    operator_id uuid NOT NULL,
    uses bigint NOT NULL,
    used_at timestamp with time zone NOT NULL
);

CREATE TABLE public.tracked (
    workspace_id bigint NOT NULL,
    visit_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    name text NOT NULL,
    data text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.transcript_letter (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    address bytea NOT NULL,
    visitor_id uuid,
    sent_at timestamp with time zone NOT NULL
);

CREATE TABLE public.transcript_settings (
    workspace_id bigint NOT NULL,
    download boolean NOT NULL,
    email boolean NOT NULL
);

CREATE TABLE public.visit (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    source text DEFAULT ''::text NOT NULL,
    ip text DEFAULT ''::text NOT NULL,
    device text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.visitor (
    workspace_id bigint NOT NULL,
    id uuid NOT NULL,
    inbox_id bigint NOT NULL,
    contact_id uuid,
    ended_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);

CREATE UNLOGGED TABLE public.visitor_online (
    workspace_id bigint NOT NULL,
    visitor_id uuid NOT NULL,
    inbox_id bigint NOT NULL,
    visit_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    page_at timestamp with time zone NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    pages integer NOT NULL,
    visits integer NOT NULL,
    source text NOT NULL,
    ip text NOT NULL,
    device text NOT NULL
);

CREATE UNLOGGED TABLE public.visitor_watch (
    workspace_id bigint NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE public.workspace (
    id bigint NOT NULL,
    name text NOT NULL,
    locale text DEFAULT 'ru'::text NOT NULL,
    onboarded boolean DEFAULT false NOT NULL,
    upload_bytes_max bigint DEFAULT 104857600 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    upload_types text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT workspace_locale_check CHECK ((locale = ANY (ARRAY['ru'::text, 'en'::text]))),
    CONSTRAINT workspace_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120)))
);

ALTER TABLE public.workspace ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workspace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY okno_jobs.pgqueuer ALTER COLUMN id SET DEFAULT nextval('okno_jobs.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY okno_jobs.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('okno_jobs.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY okno_jobs.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('okno_jobs.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY okno_jobs.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY okno_jobs.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY okno_jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY okno_jobs.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY okno_jobs.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.alert_profile
    ADD CONSTRAINT alert_profile_pkey PRIMARY KEY (workspace_id, operator_id);

ALTER TABLE ONLY public.alert_setting
    ADD CONSTRAINT alert_setting_pkey PRIMARY KEY (workspace_id, operator_id, alert_class);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.attachment_part
    ADD CONSTRAINT attachment_part_pkey PRIMARY KEY (workspace_id, attachment_id, from_bytes);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.attribute
    ADD CONSTRAINT attribute_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.attribute_value
    ADD CONSTRAINT attribute_value_pkey PRIMARY KEY (workspace_id, subject_id, attribute_id);

ALTER TABLE ONLY public.attribute
    ADD CONSTRAINT attribute_workspace_id_subject_key_key UNIQUE (workspace_id, subject, key);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.automation_rule
    ADD CONSTRAINT automation_rule_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.automation_run
    ADD CONSTRAINT automation_run_pkey PRIMARY KEY (workspace_id, rule_id, conversation_id, seq);

ALTER TABLE ONLY public.block
    ADD CONSTRAINT block_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.bus_cursor
    ADD CONSTRAINT bus_cursor_pkey PRIMARY KEY (handler);

ALTER TABLE ONLY public.bus_parked
    ADD CONSTRAINT bus_parked_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.calendar
    ADD CONSTRAINT calendar_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.call_leg
    ADD CONSTRAINT call_leg_pkey PRIMARY KEY (workspace_id, call_id, id);

ALTER TABLE ONLY public.call
    ADD CONSTRAINT call_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.contact_merge
    ADD CONSTRAINT contact_merge_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.contact_operator
    ADD CONSTRAINT contact_operator_pkey PRIMARY KEY (workspace_id, contact_id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.conversation_merge
    ADD CONSTRAINT conversation_merge_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.conversation
    ADD CONSTRAINT conversation_pkey PRIMARY KEY (id, workspace_id);

ALTER TABLE ONLY public.conversation_route
    ADD CONSTRAINT conversation_route_pkey PRIMARY KEY (workspace_id, conversation_id);

ALTER TABLE ONLY public.crm_connector
    ADD CONSTRAINT crm_connector_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.crm_field
    ADD CONSTRAINT crm_field_pkey PRIMARY KEY (workspace_id, connector_id, place);

ALTER TABLE ONLY public.custom_role
    ADD CONSTRAINT custom_role_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.custom_role
    ADD CONSTRAINT custom_role_workspace_id_name_key UNIQUE (workspace_id, name);

ALTER TABLE ONLY public.customer_token
    ADD CONSTRAINT customer_token_pkey PRIMARY KEY (workspace_id, jti);

ALTER TABLE ONLY public.desk_call
    ADD CONSTRAINT desk_call_pkey PRIMARY KEY (workspace_id, operator_id);

ALTER TABLE ONLY public.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (workspace_id, conversation_id, operator_id);

ALTER TABLE ONLY public.episode_fact
    ADD CONSTRAINT episode_fact_pkey PRIMARY KEY (workspace_id, conversation_id, episode);

ALTER TABLE ONLY public.erased_conversation
    ADD CONSTRAINT erased_conversation_pkey PRIMARY KEY (workspace_id, conversation_id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (conversation_id, workspace_id, seq);

ALTER TABLE ONLY public.figures_setting
    ADD CONSTRAINT figures_setting_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.figures_state
    ADD CONSTRAINT figures_state_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.greeting_count
    ADD CONSTRAINT greeting_count_pkey PRIMARY KEY (workspace_id, greeting_id, day);

ALTER TABLE ONLY public.history_clear
    ADD CONSTRAINT history_clear_pkey PRIMARY KEY (workspace_id, conversation_id);

ALTER TABLE ONLY public.identity
    ADD CONSTRAINT identity_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.import_row
    ADD CONSTRAINT import_row_pkey PRIMARY KEY (workspace_id, import_id, line);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_key_key UNIQUE (key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.label_colour
    ADD CONSTRAINT label_colour_pkey PRIMARY KEY (workspace_id, label);

ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.legal_hold
    ADD CONSTRAINT legal_hold_pkey PRIMARY KEY (workspace_id, contact_id);

ALTER TABLE ONLY public.letter
    ADD CONSTRAINT letter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.macro_act
    ADD CONSTRAINT macro_act_pkey PRIMARY KEY (workspace_id, macro_id, place);

ALTER TABLE ONLY public.macro
    ADD CONSTRAINT macro_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.mention
    ADD CONSTRAINT mention_pkey PRIMARY KEY (workspace_id, operator_id, conversation_id, seq);

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (workspace_id, conversation_id);

ALTER TABLE ONLY public.notice_settings
    ADD CONSTRAINT notice_settings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.notice_stop
    ADD CONSTRAINT notice_stop_pkey PRIMARY KEY (workspace_id, address);

ALTER TABLE ONLY public.offer
    ADD CONSTRAINT offer_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.operator_photo
    ADD CONSTRAINT operator_photo_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT operator_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.operator_session
    ADD CONSTRAINT operator_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.operator_session
    ADD CONSTRAINT operator_session_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.operator_skill
    ADD CONSTRAINT operator_skill_pkey PRIMARY KEY (workspace_id, operator_id, skill_id);

ALTER TABLE ONLY public.operator_state
    ADD CONSTRAINT operator_state_pkey PRIMARY KEY (workspace_id, operator_id);

ALTER TABLE ONLY public.operator_team
    ADD CONSTRAINT operator_team_pkey PRIMARY KEY (workspace_id, operator_id, team_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (xid, id);

ALTER TABLE ONLY public.outside_dial
    ADD CONSTRAINT outside_dial_pkey PRIMARY KEY (workspace_id, at, call_id);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_pkey PRIMARY KEY (workspace_id, conversation_id, operator_id);

ALTER TABLE ONLY public.person_export
    ADD CONSTRAINT person_export_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.phone_setting
    ADD CONSTRAINT phone_setting_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.privacy_settings
    ADD CONSTRAINT privacy_settings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.promise
    ADD CONSTRAINT promise_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.push_key
    ADD CONSTRAINT push_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.push_subscription
    ADD CONSTRAINT push_subscription_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.queue_entry
    ADD CONSTRAINT queue_entry_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.queue_inbox
    ADD CONSTRAINT queue_inbox_pkey PRIMARY KEY (workspace_id, inbox_id);

ALTER TABLE ONLY public.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.queue
    ADD CONSTRAINT queue_workspace_id_name_key UNIQUE (workspace_id, name);

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_pkey PRIMARY KEY (workspace_id, conversation_id, episode);

ALTER TABLE ONLY public.reach
    ADD CONSTRAINT reach_pkey PRIMARY KEY (workspace_id, contact_id);

ALTER TABLE ONLY public.readiness
    ADD CONSTRAINT readiness_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recording
    ADD CONSTRAINT recording_pkey PRIMARY KEY (workspace_id, call_id);

ALTER TABLE ONLY public.retention_policy
    ADD CONSTRAINT retention_policy_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.retention_policy
    ADD CONSTRAINT retention_policy_workspace_id_inbox_id_label_key UNIQUE (workspace_id, inbox_id, label);

ALTER TABLE ONLY public.routing_setting
    ADD CONSTRAINT routing_setting_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT saved_view_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.search_entry
    ADD CONSTRAINT search_entry_pkey PRIMARY KEY (conversation_id, workspace_id, seq);

ALTER TABLE ONLY public.search_state
    ADD CONSTRAINT search_state_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (workspace_id, operator_id, day, from_min);

ALTER TABLE ONLY public.skill
    ADD CONSTRAINT skill_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.skill
    ADD CONSTRAINT skill_workspace_id_name_key UNIQUE (workspace_id, name);

ALTER TABLE ONLY public.sla_clock
    ADD CONSTRAINT sla_clock_pkey PRIMARY KEY (workspace_id, conversation_id, clock, started_at);

ALTER TABLE ONLY public.sla_policy
    ADD CONSTRAINT sla_policy_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.sla_track
    ADD CONSTRAINT sla_track_pkey PRIMARY KEY (workspace_id, conversation_id);

ALTER TABLE ONLY public.snooze
    ADD CONSTRAINT snooze_pkey PRIMARY KEY (conversation_id, workspace_id);

ALTER TABLE ONLY public.split_message
    ADD CONSTRAINT split_message_pkey PRIMARY KEY (workspace_id, conversation_id, seq);

ALTER TABLE ONLY public.supervision_setting
    ADD CONSTRAINT supervision_setting_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_workspace_id_name_key UNIQUE (workspace_id, name);

ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.template_use
    ADD CONSTRAINT template_use_pkey PRIMARY KEY (workspace_id, template_id, operator_id);

ALTER TABLE ONLY public.transcript_letter
    ADD CONSTRAINT transcript_letter_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.transcript_settings
    ADD CONSTRAINT transcript_settings_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.visitor_online
    ADD CONSTRAINT visitor_online_pkey PRIMARY KEY (workspace_id, visitor_id);

ALTER TABLE ONLY public.visitor
    ADD CONSTRAINT visitor_pkey PRIMARY KEY (workspace_id, id);

ALTER TABLE ONLY public.visitor_watch
    ADD CONSTRAINT visitor_watch_pkey PRIMARY KEY (workspace_id);

ALTER TABLE ONLY public.workspace
    ADD CONSTRAINT workspace_pkey PRIMARY KEY (id);

CREATE INDEX pgqueuer_ep_ea_idx ON okno_jobs.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::okno_jobs.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON okno_jobs.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::okno_jobs.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON okno_jobs.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON okno_jobs.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON okno_jobs.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON okno_jobs.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON okno_jobs.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::okno_jobs.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON okno_jobs.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::okno_jobs.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON okno_jobs.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::okno_jobs.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON okno_jobs.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON okno_jobs.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON okno_jobs.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::okno_jobs.pgqueuer_status, 'picked'::okno_jobs.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON okno_jobs.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::okno_jobs.pgqueuer_status);

CREATE INDEX alert_age ON public.alert USING btree (at);

CREATE INDEX alert_conversation ON public.alert USING btree (conversation_id) WHERE (conversation_id IS NOT NULL);

CREATE INDEX alert_email ON public.alert USING btree (email_due_at) WHERE (email_due_at IS NOT NULL);

CREATE INDEX alert_list ON public.alert USING btree (workspace_id, operator_id, at DESC, id DESC);

CREATE UNIQUE INDEX alert_unread ON public.alert USING btree (workspace_id, operator_id, alert_class, conversation_id) NULLS NOT DISTINCT WHERE (read_at IS NULL);

CREATE INDEX article_title ON public.article USING btree (workspace_id, lower(title));

CREATE INDEX assignment_answer ON public.assignment USING btree (workspace_id, answer_by) WHERE (answer_by IS NOT NULL);

CREATE UNIQUE INDEX assignment_current ON public.assignment USING btree (workspace_id, conversation_id) WHERE (ended_at IS NULL);

CREATE INDEX assignment_operator ON public.assignment USING btree (workspace_id, operator_id, assigned_at);

CREATE INDEX attachment_conversation ON public.attachment USING btree (workspace_id, conversation_id) WHERE (conversation_id IS NOT NULL);

CREATE UNIQUE INDEX attachment_id ON public.attachment USING btree (id);

CREATE INDEX attachment_owner ON public.attachment USING btree (workspace_id, owner_id, created_at);

CREATE INDEX attachment_unfinished ON public.attachment USING btree (created_at) WHERE (conversation_id IS NULL);

CREATE INDEX attribute_value_attribute ON public.attribute_value USING btree (workspace_id, attribute_id);

CREATE INDEX audit_entry_action ON public.audit_entry USING btree (workspace_id, action, id DESC);

CREATE INDEX audit_entry_actor ON public.audit_entry USING btree (workspace_id, actor_id, id DESC);

CREATE INDEX automation_run_at ON public.automation_run USING btree (workspace_id, rule_id, at DESC, conversation_id, seq);

CREATE UNIQUE INDEX block_active ON public.block USING btree (workspace_id, type, value) WHERE (lifted_at IS NULL);

CREATE INDEX call_conversation ON public.call USING btree (workspace_id, conversation_id, began_at DESC);

CREATE INDEX call_live ON public.call USING btree (workspace_id, id) WHERE (ended_at IS NULL);

CREATE INDEX callback_contact ON public.callback USING btree (workspace_id, contact_id);

CREATE INDEX callback_due ON public.callback USING btree (workspace_id, due_at, id) WHERE (state = 'waiting'::text);

CREATE UNIQUE INDEX callback_one ON public.callback USING btree (workspace_id, conversation_id) WHERE (state = ANY (ARRAY['waiting'::text, 'calling'::text]));

CREATE INDEX consent_contact ON public.consent USING btree (workspace_id, contact_id, given_at DESC);

CREATE INDEX contact_merge_into ON public.contact_merge USING btree (workspace_id, into_id) WHERE (undone_at IS NULL);

CREATE INDEX contact_merged ON public.contact USING btree (workspace_id, merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX contact_words ON public.contact USING gin (to_tsvector('simple'::regconfig, name));

CREATE INDEX conversation_closed ON public.conversation USING btree (workspace_id, contact_id) WHERE (status = 'closed'::text);

CREATE INDEX conversation_due ON public.conversation USING btree (workspace_id, team_id, due_at, id) WHERE ((due_at IS NOT NULL) AND (status = 'open'::text));

CREATE INDEX conversation_label_conversation ON public.conversation_label USING btree (workspace_id, conversation_id);

CREATE UNIQUE INDEX conversation_label_list ON public.conversation_label USING btree (workspace_id, label, team_id, status, active_at DESC, conversation_id DESC);

CREATE UNIQUE INDEX conversation_merge_from ON public.conversation_merge USING btree (workspace_id, from_id) WHERE (undone_at IS NULL);

CREATE INDEX conversation_mine ON public.conversation USING btree (workspace_id, assignee_id, status, active_at DESC, id DESC) WHERE (assignee_id IS NOT NULL);

CREATE UNIQUE INDEX conversation_one_open ON public.conversation USING btree (workspace_id, contact_id) WHERE ((status = 'open'::text) AND (NOT apart));

CREATE INDEX conversation_open ON public.conversation USING btree (workspace_id, contact_id) WHERE (status = 'open'::text);

CREATE INDEX conversation_snoozed ON public.conversation USING btree (workspace_id, id) WHERE snoozed;

CREATE INDEX conversation_team ON public.conversation USING btree (workspace_id, team_id, status, active_at DESC, id DESC);

CREATE INDEX conversation_waiting ON public.conversation USING btree (workspace_id, team_id, waiting_since, id) WHERE ((waiting_since IS NOT NULL) AND (assignee_id IS NULL) AND (status = 'open'::text));

CREATE INDEX draft_operator ON public.draft USING btree (workspace_id, operator_id, saved_at DESC);

CREATE INDEX episode_fact_opened ON public.episode_fact USING btree (workspace_id, opened_at);

CREATE UNIQUE INDEX event_client_id ON public.event USING btree (conversation_id, client_id, actor_id, workspace_id);

CREATE INDEX identity_address ON public.identity USING btree (workspace_id, lower(address) text_pattern_ops);

CREATE INDEX identity_contact ON public.identity USING btree (workspace_id, contact_id);

CREATE UNIQUE INDEX identity_proven ON public.identity USING btree (workspace_id, type, (
CASE type
    WHEN 'site'::text THEN address
    ELSE lower(address)
END)) WHERE verified;

CREATE INDEX invitation_day ON public.invitation USING btree (workspace_id, created_at);

CREATE INDEX invitation_visitor ON public.invitation USING btree (workspace_id, visitor_id, created_at DESC);

CREATE INDEX letter_contacts ON public.letter USING gin (contact_ids);

CREATE INDEX letter_due ON public.letter USING btree (due_at) WHERE (NOT given_up);

CREATE INDEX login_failure_address ON public.login_failure USING btree (address, at);

CREATE INDEX notice_due ON public.notice USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX notice_emailed ON public.notice USING btree (workspace_id, emailed_to, emailed_at) WHERE (emailed_to IS NOT NULL);

CREATE INDEX offer_ended ON public.offer USING btree (workspace_id, operator_id, ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX offer_entry ON public.offer USING btree (workspace_id, entry_id);

CREATE UNIQUE INDEX offer_open ON public.offer USING btree (workspace_id, conversation_id) WHERE (ended_at IS NULL);

CREATE INDEX offer_operator ON public.offer USING btree (workspace_id, operator_id) WHERE (ended_at IS NULL);

CREATE INDEX operator_custom_role ON public.operator USING btree (workspace_id, custom_role_id) WHERE (custom_role_id IS NOT NULL);

CREATE UNIQUE INDEX operator_email ON public.operator USING btree (lower(email));

CREATE UNIQUE INDEX operator_id ON public.operator USING btree (id);

CREATE INDEX operator_interval_began ON public.operator_interval USING btree (workspace_id, began_at);

CREATE UNIQUE INDEX operator_interval_current ON public.operator_interval USING btree (workspace_id, operator_id) WHERE (ended_at IS NULL);

CREATE INDEX operator_session_operator ON public.operator_session USING btree (workspace_id, operator_id);

CREATE INDEX operator_state_duty ON public.operator_state USING btree (workspace_id, duty_until) WHERE (duty_until IS NOT NULL);

CREATE INDEX outside_dial_number ON public.outside_dial USING btree (workspace_id, number, at DESC);

CREATE INDEX page_view_visit ON public.page_view USING btree (workspace_id, visit_id, at DESC);

CREATE INDEX participant_operator ON public.participant USING btree (workspace_id, operator_id);

CREATE INDEX person_export_contact ON public.person_export USING btree (workspace_id, contact_id, asked_at DESC);

CREATE INDEX person_export_due ON public.person_export USING btree (expires_at) WHERE (status <> 'deleted'::text);

CREATE INDEX promise_answered ON public.promise USING btree (workspace_id, queue_id, cause, answered_at) WHERE (answered_at IS NOT NULL);

CREATE INDEX promise_check ON public.promise USING btree (check_at) WHERE ((ended_at IS NULL) AND (check_at IS NOT NULL));

CREATE UNIQUE INDEX promise_open ON public.promise USING btree (workspace_id, conversation_id) WHERE (ended_at IS NULL);

CREATE INDEX push_subscription_contact ON public.push_subscription USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE UNIQUE INDEX push_subscription_endpoint ON public.push_subscription USING btree (endpoint);

CREATE INDEX push_subscription_operator ON public.push_subscription USING btree (workspace_id, operator_id) WHERE (operator_id IS NOT NULL);

CREATE UNIQUE INDEX queue_default ON public.queue USING btree (workspace_id) WHERE is_default;

CREATE INDEX queue_entry_conversation ON public.queue_entry USING btree (workspace_id, conversation_id, joined_at);

CREATE INDEX queue_entry_left ON public.queue_entry USING btree (workspace_id, left_at) WHERE (left_at IS NOT NULL);

CREATE INDEX queue_entry_line ON public.queue_entry USING btree (workspace_id, queue_id, priority DESC, entered_at) WHERE (left_at IS NULL);

CREATE INDEX queue_entry_served ON public.queue_entry USING btree (workspace_id, queue_id, left_at) WHERE (leave_reason = ANY (ARRAY['assigned'::text, 'taken'::text, 'answered'::text]));

CREATE UNIQUE INDEX queue_entry_waiting ON public.queue_entry USING btree (workspace_id, conversation_id) WHERE (left_at IS NULL);

CREATE INDEX rating_closed ON public.rating USING btree (workspace_id, closed_at DESC, conversation_id DESC);

CREATE INDEX rating_rated ON public.rating USING btree (workspace_id, rated_at DESC, conversation_id DESC) WHERE (rated_at IS NOT NULL);

CREATE INDEX recording_age ON public.recording USING btree (workspace_id, made_at) WHERE (state = 'ready'::text);

CREATE INDEX recording_contact ON public.recording USING btree (workspace_id, contact_id);

CREATE INDEX search_entry_at ON public.search_entry USING btree (workspace_id, at DESC, conversation_id DESC, seq DESC);

CREATE INDEX search_entry_words ON public.search_entry USING gin (words) WITH (gin_pending_list_limit='1024');

CREATE INDEX secret_conversation ON public.secret USING btree (workspace_id, conversation_id);

CREATE INDEX secret_due ON public.secret USING btree (expires_at) WHERE (closed_at IS NULL);

CREATE INDEX sla_clock_due ON public.sla_clock USING btree (due_at) WHERE ((stopped_at IS NULL) AND (breached_at IS NULL) AND (due_at IS NOT NULL));

CREATE INDEX sla_clock_running ON public.sla_clock USING btree (workspace_id, conversation_id) WHERE (stopped_at IS NULL);

CREATE INDEX sla_clock_warn ON public.sla_clock USING btree (warn_at) WHERE ((stopped_at IS NULL) AND (warned_at IS NULL) AND (warn_at IS NOT NULL));

CREATE INDEX snooze_due ON public.snooze USING btree (until_at) WHERE (until_at IS NOT NULL);

CREATE INDEX split_message_file ON public.split_message USING gin (files) WHERE (files <> '{}'::uuid[]);

CREATE INDEX task_contact ON public.task USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX task_conversation ON public.task USING btree (workspace_id, conversation_id) WHERE (conversation_id IS NOT NULL);

CREATE INDEX task_done ON public.task USING btree (workspace_id, assignee_id, done_at DESC, id) WHERE (done_at IS NOT NULL);

CREATE INDEX task_due ON public.task USING btree (due_at) WHERE ((done_at IS NULL) AND (told_at IS NULL) AND (due_at IS NOT NULL));

CREATE INDEX task_mine ON public.task USING btree (workspace_id, assignee_id, COALESCE(due_at, '9999-12-31 00:00:00+00'::timestamp with time zone), id) WHERE (done_at IS NULL);

CREATE INDEX tracked_visit ON public.tracked USING btree (workspace_id, visit_id, at DESC);

CREATE INDEX transcript_letter_address ON public.transcript_letter USING btree (workspace_id, address, sent_at);

CREATE INDEX transcript_letter_sent ON public.transcript_letter USING btree (workspace_id, sent_at);

CREATE INDEX transcript_letter_visitor ON public.transcript_letter USING btree (workspace_id, visitor_id, sent_at) WHERE (visitor_id IS NOT NULL);

CREATE INDEX visit_visitor ON public.visit USING btree (workspace_id, visitor_id, started_at DESC);

CREATE INDEX visitor_contact ON public.visitor USING btree (workspace_id, contact_id);

CREATE INDEX visitor_online_seen ON public.visitor_online USING btree (seen_at);

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON okno_jobs.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION okno_jobs.fn_pgqueuer_changed();

CREATE TRIGGER audit_entry_kept BEFORE DELETE OR UPDATE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION public.keep_audit_entry();

CREATE TRIGGER conversation_labels_changed AFTER UPDATE ON public.conversation FOR EACH ROW WHEN ((((old.labels <> '{}'::text[]) OR (new.labels <> '{}'::text[])) AND ((((old.labels IS DISTINCT FROM new.labels) OR (old.team_id IS DISTINCT FROM new.team_id)) OR (old.status IS DISTINCT FROM new.status)) OR (old.active_at IS DISTINCT FROM new.active_at)))) EXECUTE FUNCTION public.keep_conversation_label();

CREATE TRIGGER conversation_labels_new AFTER INSERT ON public.conversation FOR EACH ROW WHEN ((new.labels <> '{}'::text[])) EXECUTE FUNCTION public.keep_conversation_label();

CREATE TRIGGER conversation_labels_old AFTER DELETE ON public.conversation FOR EACH ROW WHEN ((old.labels <> '{}'::text[])) EXECUTE FUNCTION public.keep_conversation_label();

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_conversation_id_workspace_id_fkey FOREIGN KEY (conversation_id, workspace_id) REFERENCES public.conversation(id, workspace_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alert_profile
    ADD CONSTRAINT alert_profile_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alert_setting
    ADD CONSTRAINT alert_setting_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.article
    ADD CONSTRAINT article_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.attachment_part
    ADD CONSTRAINT attachment_part_workspace_id_attachment_id_fkey FOREIGN KEY (workspace_id, attachment_id) REFERENCES public.attachment(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.attribute_value
    ADD CONSTRAINT attribute_value_workspace_id_attribute_id_fkey FOREIGN KEY (workspace_id, attribute_id) REFERENCES public.attribute(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.attribute
    ADD CONSTRAINT attribute_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.automation_rule
    ADD CONSTRAINT automation_rule_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.automation_run
    ADD CONSTRAINT automation_run_workspace_id_rule_id_fkey FOREIGN KEY (workspace_id, rule_id) REFERENCES public.automation_rule(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.block
    ADD CONSTRAINT block_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.calendar
    ADD CONSTRAINT calendar_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.call_leg
    ADD CONSTRAINT call_leg_workspace_id_call_id_fkey FOREIGN KEY (workspace_id, call_id) REFERENCES public.call(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.call
    ADD CONSTRAINT call_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversation(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.call
    ADD CONSTRAINT call_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_workspace_id_conversation_id_fkey FOREIGN KEY (workspace_id, conversation_id) REFERENCES public.conversation(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.contact_merge
    ADD CONSTRAINT contact_merge_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.contact_operator
    ADD CONSTRAINT contact_operator_workspace_id_contact_id_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES public.contact(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_operator
    ADD CONSTRAINT contact_operator_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.conversation_merge
    ADD CONSTRAINT conversation_merge_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.conversation_route
    ADD CONSTRAINT conversation_route_workspace_id_policy_id_fkey FOREIGN KEY (workspace_id, policy_id) REFERENCES public.sla_policy(workspace_id, id) ON DELETE SET NULL (policy_id);

ALTER TABLE ONLY public.conversation_route
    ADD CONSTRAINT conversation_route_workspace_id_queue_id_fkey FOREIGN KEY (workspace_id, queue_id) REFERENCES public.queue(workspace_id, id) ON DELETE SET NULL (queue_id);

ALTER TABLE ONLY public.conversation_route
    ADD CONSTRAINT conversation_route_workspace_id_skill_id_fkey FOREIGN KEY (workspace_id, skill_id) REFERENCES public.skill(workspace_id, id) ON DELETE SET NULL (skill_id);

ALTER TABLE ONLY public.conversation
    ADD CONSTRAINT conversation_workspace_id_contact_id_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES public.contact(workspace_id, id);

ALTER TABLE ONLY public.crm_connector
    ADD CONSTRAINT crm_connector_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.crm_field
    ADD CONSTRAINT crm_field_workspace_id_connector_id_fkey FOREIGN KEY (workspace_id, connector_id) REFERENCES public.crm_connector(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.custom_role
    ADD CONSTRAINT custom_role_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.desk_call
    ADD CONSTRAINT desk_call_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.desk_call
    ADD CONSTRAINT desk_call_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.figures_setting
    ADD CONSTRAINT figures_setting_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.identity
    ADD CONSTRAINT identity_workspace_id_contact_id_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES public.contact(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import_row
    ADD CONSTRAINT import_row_workspace_id_import_id_fkey FOREIGN KEY (workspace_id, import_id) REFERENCES public.import(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_workspace_id_calendar_id_fkey FOREIGN KEY (workspace_id, calendar_id) REFERENCES public.calendar(workspace_id, id);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_workspace_id_callback_calendar_id_fkey FOREIGN KEY (workspace_id, callback_calendar_id) REFERENCES public.calendar(workspace_id, id);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_workspace_id_calls_calendar_id_fkey FOREIGN KEY (workspace_id, calls_calendar_id) REFERENCES public.calendar(workspace_id, id);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.label_colour
    ADD CONSTRAINT label_colour_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.macro_act
    ADD CONSTRAINT macro_act_workspace_id_macro_id_fkey FOREIGN KEY (workspace_id, macro_id) REFERENCES public.macro(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.macro
    ADD CONSTRAINT macro_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.macro
    ADD CONSTRAINT macro_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.macro
    ADD CONSTRAINT macro_workspace_id_team_id_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES public.team(workspace_id, id) ON DELETE SET NULL (team_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_conversation_id_workspace_id_fkey FOREIGN KEY (conversation_id, workspace_id) REFERENCES public.conversation(id, workspace_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.notice_settings
    ADD CONSTRAINT notice_settings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.notice_stop
    ADD CONSTRAINT notice_stop_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.one_time_link
    ADD CONSTRAINT one_time_link_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_interval
    ADD CONSTRAINT operator_interval_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_session
    ADD CONSTRAINT operator_session_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_skill
    ADD CONSTRAINT operator_skill_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_skill
    ADD CONSTRAINT operator_skill_workspace_id_skill_id_fkey FOREIGN KEY (workspace_id, skill_id) REFERENCES public.skill(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_state
    ADD CONSTRAINT operator_state_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_team
    ADD CONSTRAINT operator_team_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator_team
    ADD CONSTRAINT operator_team_workspace_id_team_id_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES public.team(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT operator_workspace_id_custom_role_id_fkey FOREIGN KEY (workspace_id, custom_role_id) REFERENCES public.custom_role(workspace_id, id);

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT operator_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.outside_dial
    ADD CONSTRAINT outside_dial_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.participant
    ADD CONSTRAINT participant_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.person_export
    ADD CONSTRAINT person_export_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.phone_setting
    ADD CONSTRAINT phone_setting_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.privacy_settings
    ADD CONSTRAINT privacy_settings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.push_subscription
    ADD CONSTRAINT push_subscription_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.operator_session(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.push_subscription
    ADD CONSTRAINT push_subscription_workspace_id_contact_id_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES public.contact(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.push_subscription
    ADD CONSTRAINT push_subscription_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.push_subscription
    ADD CONSTRAINT push_subscription_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.queue_inbox
    ADD CONSTRAINT queue_inbox_workspace_id_inbox_id_fkey FOREIGN KEY (workspace_id, inbox_id) REFERENCES public.inbox(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.queue_inbox
    ADD CONSTRAINT queue_inbox_workspace_id_queue_id_fkey FOREIGN KEY (workspace_id, queue_id) REFERENCES public.queue(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.queue
    ADD CONSTRAINT queue_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.queue
    ADD CONSTRAINT queue_workspace_id_skill_id_fkey FOREIGN KEY (workspace_id, skill_id) REFERENCES public.skill(workspace_id, id);

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_conversation_id_workspace_id_fkey FOREIGN KEY (conversation_id, workspace_id) REFERENCES public.conversation(id, workspace_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reach
    ADD CONSTRAINT reach_workspace_id_contact_id_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES public.contact(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.recording
    ADD CONSTRAINT recording_workspace_id_call_id_fkey FOREIGN KEY (workspace_id, call_id) REFERENCES public.call(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.retention_policy
    ADD CONSTRAINT retention_policy_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.routing_setting
    ADD CONSTRAINT routing_setting_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.saved_view
    ADD CONSTRAINT saved_view_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.skill
    ADD CONSTRAINT skill_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.sla_policy
    ADD CONSTRAINT sla_policy_workspace_id_calendar_id_fkey FOREIGN KEY (workspace_id, calendar_id) REFERENCES public.calendar(workspace_id, id);

ALTER TABLE ONLY public.sla_policy
    ADD CONSTRAINT sla_policy_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.sla_policy
    ADD CONSTRAINT sla_policy_workspace_id_queue_id_fkey FOREIGN KEY (workspace_id, queue_id) REFERENCES public.queue(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.supervision_setting
    ADD CONSTRAINT supervision_setting_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.template_use
    ADD CONSTRAINT template_use_workspace_id_template_id_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES public.template(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_workspace_id_operator_id_fkey FOREIGN KEY (workspace_id, operator_id) REFERENCES public.operator(workspace_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_workspace_id_team_id_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES public.team(workspace_id, id) ON DELETE SET NULL (team_id);

ALTER TABLE ONLY public.transcript_letter
    ADD CONSTRAINT transcript_letter_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.transcript_settings
    ADD CONSTRAINT transcript_settings_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);

ALTER TABLE ONLY public.visitor
    ADD CONSTRAINT visitor_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspace(id);
