-- Ids of customers at a site are the site's own: "Ab" and "aB" are two people. E-mail knows no case.
DROP INDEX identity_proven;
CREATE UNIQUE INDEX identity_proven
  ON identity (workspace_id, type, (CASE type WHEN 'site' THEN address ELSE lower(address) END)) WHERE verified;
