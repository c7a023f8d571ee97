/** A name in SQL as `pg_dumpall` writes it: plain, or in double quotes. */
const NAME = String.raw`("(?:[^"]|"")+"|[^\s";]+)`;
const CREATE = new RegExp(`^CREATE ROLE ${NAME}$`);
const OF_ROLE = new RegExp(`^(?:ALTER ROLE|COMMENT ON ROLE) ${NAME}\\s(?!IN DATABASE)`);
const GRANT = new RegExp(`^(GRANT ${NAME} TO ${NAME}.*?)(?: GRANTED BY ${NAME})?$`, 's');
const PASSWORD = /\sPASSWORD\s+'(?:[^']|'')*'/g;

/**
 * The statements of `globals.sql` that make those roles which do not exist: with their attributes, settings and
 * memberships, without passwords. A role that exists is left as it is, and gets no new memberships. Pure.
 */
export function missingRolesSql(globals: string, existing: readonly string[]): string[] {
  const all = statementsOf(globals);
  const named = all.flatMap((statement) => CREATE.exec(statement)?.[1] ?? []);
  const missing = new Set(named.filter((name) => !existing.includes(unquoted(name))));
  return all.flatMap((statement) => {
    const [, grant, , member] = GRANT.exec(statement) ?? [];
    if (grant !== undefined && member !== undefined) return missing.has(member) ? [`${grant};`] : [];
    const role = (CREATE.exec(statement) ?? OF_ROLE.exec(statement))?.[1];
    return role !== undefined && missing.has(role) ? [`${statement.replaceAll(PASSWORD, '')};`] : [];
  });
}

/** The names of the roles that those statements create. Pure. */
export function createdRoles(statements: readonly string[]): string[] {
  return statements.flatMap((statement) => {
    const name = CREATE.exec(statement.slice(0, -1))?.[1];
    return name === undefined ? [] : [unquoted(name)];
  });
}

/** Statements without their semicolons; comments and psql's own commands, which are lines, are left out. */
function statementsOf(sql: string): string[] {
  const pieces = sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|^(?:--|\\).*$|;|[^'";\n]+|\n|['"]/gm) ?? [];
  const statements = [''];
  for (const piece of pieces) {
    if (piece === ';') statements.push('');
    else if (!/^(?:--|\\)/.test(piece)) statements[statements.length - 1] += piece;
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
