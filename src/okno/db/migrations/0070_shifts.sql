-- Shifts are obeyed: who works when, single days that are different, and whether he is on duty now. `duty`: `free` has no
-- shifts, `extra` said that he works on; it is looked at again at `duty_until`.
ALTER TABLE shift DROP CONSTRAINT shift_to_min_check;
ALTER TABLE shift ADD CONSTRAINT shift_to_min_check CHECK (to_min BETWEEN 1 AND 2880); -- over 1440: ends the next day
ALTER TABLE operator_state
  ADD COLUMN shift_zone  text NOT NULL DEFAULT '',   -- empty: the zone of new calendars
  ADD COLUMN shift_days  text NOT NULL DEFAULT '[]', -- JSON of `SpecialDay`s
  ADD COLUMN duty        text NOT NULL DEFAULT 'free' CHECK (duty IN ('free', 'on', 'off', 'extra')),
  ADD COLUMN duty_since  timestamptz NOT NULL DEFAULT '-infinity',
  ADD COLUMN duty_until  timestamptz,
  ADD COLUMN extra_until timestamptz;
UPDATE operator_state s SET duty_until = now()
 WHERE EXISTS (SELECT FROM shift h WHERE h.workspace_id = s.workspace_id AND h.operator_id = s.operator_id);
CREATE INDEX operator_state_duty ON operator_state (workspace_id, duty_until) WHERE duty_until IS NOT NULL;

-- Away by itself: without any input for `idle_s` (0: never), after `misses_max` offers in a row (0: never).
ALTER TABLE routing_setting
  ADD COLUMN idle_s     integer NOT NULL DEFAULT 1800 CHECK (idle_s >= 0),
  ADD COLUMN misses_max smallint NOT NULL DEFAULT 2 CHECK (misses_max BETWEEN 0 AND 10);
CREATE INDEX offer_ended ON offer (workspace_id, operator_id, ended_at) WHERE ended_at IS NOT NULL;
