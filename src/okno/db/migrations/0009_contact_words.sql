-- A customer is found by any word of the name. The index by the name's beginning is not needed beside it.
CREATE INDEX contact_words ON contact USING gin (to_tsvector('simple', name));
DROP INDEX contact_name;
