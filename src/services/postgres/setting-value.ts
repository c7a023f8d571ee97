const MEMORY = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 } as const;
const TIME = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const FACTORS: Record<string, number> = { ...MEMORY, ...TIME };

/** One row of `pg_settings`. `setting` is in `unit` (`8kB`, `ms` …), which is null for plain values. */
export interface RunningSetting {
  setting: string;
  unit: string | null;
  vartype: 'bool' | 'enum' | 'integer' | 'real' | 'string' | string;
  /** `postmaster` needs a restart, everything else a reload or less. */
  context: string;
}

/** Whether a value as written in a configuration file (`1GB`, `on`, `0.9`) is the running one. */
export function sameSetting(wanted: string, running: RunningSetting): boolean {
  if (running.vartype === 'bool') return truth(wanted) === truth(running.setting);
  if (running.vartype === 'integer' || running.vartype === 'real') {
    const want = quantity(wanted, running.unit);
    const have = quantity(running.setting, running.unit);
    return rounded(want, running) === rounded(have, running);
  }
  if (running.vartype === 'enum') return wanted.toLowerCase() === running.setting.toLowerCase();
  return wanted === running.setting;
}

/** The running value for people: `16384` of `8kB` is `128MB`. */
export function showSetting({ setting, unit }: RunningSetting): string {
  if (unit === null || !Number.isFinite(Number(setting)) || Number(setting) < 0) return setting;
  const value = quantity(setting, unit);
  const scale = Object.entries(unit.endsWith('B') ? MEMORY : TIME).reverse();
  const [name, factor] = scale.find(([, size]) => value >= size && value % size === 0) ?? scale.at(-1)!;
  return value === 0 ? '0' : `${value / factor}${name}`;
}

function truth(text: string): boolean {
  return /^(on|true|yes|1|t|y)$/i.test(text);
}

/** In bytes or milliseconds when there is a unit; a number without one is in the setting's own. */
function quantity(text: string, unit: string | null): number {
  const match = /^([-+]?[\d.]+(?:e[-+]?\d+)?)\s*([a-zA-Z]*)$/.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, number = '', suffix = ''] = match;
  return Number(number) * (suffix === '' ? unitSize(unit) : (FACTORS[suffix] ?? Number.NaN));
}

function unitSize(unit: string | null): number {
  const match = /^(\d*)([a-zA-Z]+)$/.exec(unit ?? '');
  if (match === null) return 1;
  return Number(match[1] || '1') * (FACTORS[match[2] ?? ''] ?? 1);
}

/** PostgreSQL rounds what it is given to a whole number of the setting's unit. */
function rounded(value: number, { unit, vartype }: RunningSetting): number {
  return vartype === 'integer' ? Math.round(value / unitSize(unit)) : value;
}
