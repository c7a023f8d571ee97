import type { Observation } from '../host/probe.js';

/** What was seen, `absent` for what does not exist, or that it is unknown and why. Never a made-up zero. */
export function orWhy<Have>(
  observation: Observation<Have>,
  absent: string,
  show: (value: Have) => string,
): string {
  if (observation.status !== 'known') return `unknown: ${observation.why}`;
  return observation.value === null ? absent : show(observation.value);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 7.8 GiB. */
export function bytes(value: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** A length of time in its two largest units: "3 d 4 h", "12 min 5 s". */
export function span(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  let rest = seconds;
  const parts = units.slice(first, first + 2).map(([name, size]) => {
    const n = Math.floor(rest / size);
    rest -= n * size;
    return n === 0 ? '' : `${n} ${name}`;
  });
  return parts.filter(Boolean).join(' ');
}

/** Seconds since the epoch as `2026-01-31 12:05Z`. */
export function stamp(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** 12 034 567. */
export function points(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}
