/**
 * Rows as columns, each as wide as its widest cell, two spaces apart. Those that `numbers` names are padded on their left; the
 * last column is not padded on its right.
 */
export function columns(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const padded = (cell: string, i: number, isLast: boolean): string => {
    if (numbers.includes(i)) return cell.padStart(widths[i] ?? 0);
    return isLast ? cell : cell.padEnd(widths[i] ?? 0);
  };
  return rows.map((row) => row.map((cell, i) => padded(cell, i, i === row.length - 1)).join('  ')).join('\n');
}
