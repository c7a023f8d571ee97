const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of a duration such as `45s`, `10m`, `12h`, `30d` or `2w`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+)\s*([smhdw])$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

const POWERS = { K: 1, M: 2, G: 3, T: 4, P: 5 } as const;

/** Bytes of a size such as `512MiB`, `32GiB` or `1Ti`, in powers of 1024; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGTP])i?B?$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * 1024 ** POWERS[match[2] as keyof typeof POWERS]);
}

/** Bytes as {@link parseSize} takes them, for people: `8 KiB`, `1.5 GiB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 0), units.length - 1);
  const value = (bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1).replace(/\.0$/, '');
  return `${value} ${units[power]}`;
}
