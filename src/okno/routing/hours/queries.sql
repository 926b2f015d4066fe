-- name: list_calendars :many
SELECT id, name, time_zone, week, holidays, days,
       (SELECT count(*) FROM inbox i WHERE i.workspace_id = c.workspace_id
           AND c.id IN (i.calendar_id, i.callback_calendar_id, i.calls_calendar_id)) AS used
  FROM calendar c WHERE workspace_id = $1 ORDER BY lower(name), id LIMIT $2;

-- name: find_calendar :one
SELECT id, name, time_zone, week, holidays, days,
       (SELECT count(*) FROM inbox i WHERE i.workspace_id = c.workspace_id
           AND c.id IN (i.calendar_id, i.callback_calendar_id, i.calls_calendar_id)) AS used
  FROM calendar c WHERE workspace_id = $1 AND id = $2 LIMIT 1;

-- name: insert_calendar :value
INSERT INTO calendar (workspace_id, name, time_zone, week, holidays, days, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM calendar WHERE workspace_id = $1) < $8 RETURNING id;

-- name: change_calendar :value
UPDATE calendar SET name = $3, time_zone = $4, week = $5, holidays = $6, days = $7
 WHERE workspace_id = $1 AND id = $2 RETURNING id;

-- name: delete_calendar :value
DELETE FROM calendar WHERE workspace_id = $1 AND id = $2 RETURNING id;
