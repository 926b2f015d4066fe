-- The engine did not record a call, or did not stop to.
ALTER TABLE call DROP CONSTRAINT call_recording_check,
  ADD CONSTRAINT call_recording_check CHECK (recording IN ('off', 'wanted', 'on', 'paused', 'failed'));
