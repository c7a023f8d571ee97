/**
 * Why Qdrant cannot go from the version `from` to the version `to` on the same data, as what would be needed; null
 * where it can. It migrates its data from one minor version to the next, and the binary itself refuses neither a jump
 * nor a step back: https://qdrant.tech/documentation/upgrades/. Undefined where one of them is no version. Pure.
 */
export function upgradeObstacle(from: string, to: string): string | null | undefined {
  const [old, next] = [numbersOf(from), numbersOf(to)];
  if (old === null || next === null) return undefined;
  const [major, minor, patch] = old;
  const [nextMajor, nextMinor, nextPatch] = next;
  if (nextMajor !== major) return 'the same major version';
  if (nextMinor < minor || (nextMinor === minor && nextPatch < patch)) return 'no step back';
  return nextMinor - minor <= 1 ? null : 'at most one minor version more';
}

function numbersOf(version: string): [number, number, number] | null {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}
