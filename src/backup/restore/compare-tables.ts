import type { BackupTable } from '../manifest.js';

/** How the tables of a restored database differ from those of the set, one line each; none when they are equal. Pure. */
export function differingTables(
  want: Readonly<Record<string, BackupTable>>,
  have: Readonly<Record<string, BackupTable>>,
): string[] {
  const names = [...new Set([...Object.keys(want), ...Object.keys(have)])].sort();
  return names.flatMap((name) => differingTable(name, want[name], have[name]));
}

function differingTable(
  name: string,
  want: BackupTable | undefined,
  have: BackupTable | undefined,
): string[] {
  if (want === undefined) return [`table ${name} is not in the set`];
  if (have === undefined) return [`table ${name} is missing`];
  if (want.rows !== have.rows) return [`table ${name} has ${have.rows} rows, ${want.rows} in the set`];
  return want.sample === have.sample ? [] : [`table ${name}: the sampled rows differ`];
}
