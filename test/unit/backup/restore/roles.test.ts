import { describe, expect, it } from 'vitest';
import { createdRoles, missingRolesSql } from '../../../../src/backup/restore/roles.js';

const GLOBALS = `--
-- PostgreSQL database cluster dump
--

\\restrict abc
SET default_transaction_read_only = off;
--
-- Roles
--

CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE reader;
ALTER ROLE reader WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$x''y' VALID UNTIL 'infinity';
CREATE ROLE "odd ""role"";";
ALTER ROLE "odd ""role"";" WITH NOLOGIN;
COMMENT ON ROLE reader IS 'reads; nothing
more';
--
-- User Configurations
--

ALTER ROLE reader SET search_path TO 'a', 'b';
ALTER ROLE reader IN DATABASE gone SET work_mem TO '1MB';
ALTER ROLE postgres SET work_mem TO '1MB';
--
-- Role memberships
--

GRANT pg_monitor TO reader WITH INHERIT TRUE GRANTED BY postgres;
GRANT reader TO postgres WITH INHERIT TRUE GRANTED BY postgres;
\\unrestrict abc
`;

describe('missingRolesSql', () => {
  it('makes the roles that do not exist, with everything but passwords', () => {
    expect(missingRolesSql(GLOBALS, ['postgres', 'odd "role";'])).toEqual([
      'CREATE ROLE reader;',
      "ALTER ROLE reader WITH NOSUPERUSER LOGIN VALID UNTIL 'infinity';",
      "COMMENT ON ROLE reader IS 'reads; nothing\nmore';",
      "ALTER ROLE reader SET search_path TO 'a', 'b';",
      'GRANT pg_monitor TO reader WITH INHERIT TRUE;',
    ]);
  });

  it('leaves roles that exist as they are, and gives them no membership', () => {
    expect(missingRolesSql(GLOBALS, ['postgres', 'reader', 'odd "role";'])).toEqual([]);
  });

  it('reads names in quotes', () => {
    const statements = missingRolesSql(GLOBALS, ['postgres', 'reader']);
    expect(statements).toEqual(['CREATE ROLE "odd ""role"";";', 'ALTER ROLE "odd ""role"";" WITH NOLOGIN;']);
    expect(createdRoles(statements)).toEqual(['odd "role";']);
  });
});
