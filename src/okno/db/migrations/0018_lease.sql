-- Who does what must be done once over all processes: a name, its holder, and until when unless it is renewed.
CREATE TABLE lease (
  name   text PRIMARY KEY,
  holder uuid NOT NULL,
  until  timestamptz NOT NULL
);
