import {
  type DeployRecord,
  isInPlace,
  type PhaseName,
  type PhaseRecord,
  phasesInPlace,
  phasesOf,
} from '../../src/deploy/record.js';

const BEGIN = Date.UTC(2030, 0, 1, 12);

/** A moment of the first day of 2030, so many seconds after noon, as records have it. */
export function second(seconds: number): string {
  return new Date(BEGIN + seconds * 1000).toISOString();
}

const FROM = { slot: 'blue', release: 'gateway-1.0.0-old' } as const;
const TO = { slot: 'green', release: 'gateway-1.1.0-new', sha256: 'f'.repeat(64) } as const;

/** The places of a deploy in place. */
export const IN_PLACE = { from: FROM, to: { ...TO, slot: 'blue' } } as const;

/** A deploy from blue to green that came up to `at`, which is `status`: each phase before it took two seconds. */
export function deployAt(
  at: PhaseName | 'end',
  status: PhaseRecord['status'] = 'pending',
  change: Partial<DeployRecord> = {},
): DeployRecord {
  const { from = FROM, to = TO } = change;
  const names = isInPlace({ from, to })
    ? phasesInPlace('deploy')
    : phasesOf(change.service ?? 'gateway', 'deploy');
  const reached = at === 'end' ? names.length : names.indexOf(at);
  const phases = names.map((name, index): PhaseRecord => {
    const started = second(index * 2);
    if (index < reached)
      return { name, status: 'done', started, ended: second(index * 2 + 2), note: `${name} is done` };
    return index === reached && status !== 'pending'
      ? { name, status, started }
      : { name, status: 'pending' };
  });
  return {
    ...{ schema: 'vdb.deploy/1', id: '20300101T120000Z', kind: 'deploy', service: 'gateway', phases },
    ...{ from, to },
    ...{ standby: null, configuration: 'c', started: second(0), by: 'me@here', command: 'vdb deploy' },
    ...{ vdb: '1', state: 'running', ...change },
  };
}
