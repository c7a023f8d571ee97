import { inquire } from '../../src/capacity/inquiry.js';
import { samplesOf } from '../../src/capacity/samples.js';
import { EXIT } from '../../src/errors.js';
import { known } from '../../src/host/probe.js';
import type { ServerState } from '../../src/report/state.js';
import { foundSet, judged, snapshot } from '../unit/backup/sets/support.js';
import { runningOverview } from '../unit/checks/overview-of.js';
import { FAILED, PASSED, report, SKIPPED, UNSEEN, WAIVED, WARNING } from '../unit/ui/check/reports.js';
import { testConfig } from './config.js';

const GIB = 1024 ** 3;
const DAY = 86_400_000;
/** When the state of the tests was looked at. */
export const SEEN_AT = new Date('2026-11-24T12:00:00Z');

/** A server with something of everything, which is not ready. */
export function serverState(changes: Partial<ServerState> = {}): ServerState {
  const found = [1, 2, 3, 8, 15, 22].map((days, index) =>
    foundSet(
      new Date(SEEN_AT.getTime() - days * DAY).toISOString().replace('.000Z', 'Z'),
      [{ ...snapshot('docs', 'high'), bytes: 9 * GIB, points: 1_200_000 - days * 14_000 }],
      index === 0
        ? {
            verification: { at: '2026-11-24T03:00:00Z', ok: true, findings: [] },
            drill: { at: '2026-11-24T04:00:00Z', ok: true, findings: [] },
            pin: { reason: 'before the move to the new rack', by: 'anna@laptop', at: '2026-11-24T05:00:00Z' },
          }
        : {},
    ),
  );
  const samples = samplesOf(found);
  const config = testConfig({ collections: { docs: { size: 384 } }, capacity: { payload_bytes: 2048 } });
  const capacity = inquire(
    { wish: {}, inPlace: false },
    {
      ...{ config, samples, now: SEEN_AT },
      seen: {
        points: known({ docs: 1_200_000 }),
        ...{
          memory: known(1.8 * GIB),
          disk: known(24 * GIB),
          machine: known(8 * GIB),
          taken: known(7 * GIB),
        },
      },
    },
  );
  return {
    check: report([PASSED, FAILED, UNSEEN, WARNING, SKIPPED, WAIVED]),
    overview: runningOverview(),
    down: [],
    releases: known([
      {
        ...{ service: 'gateway', name: 'gateway-1.0.0-a67a7a25b0a8', state: 'active' },
        ...{
          at: SEEN_AT.getTime() - 2 * DAY,
          by: 'anna@laptop',
          source: 'reference',
          sha256: 'a67a7a25b0a80f2c',
        },
      },
      { service: 'qdrant', name: '1.18.3', state: 'active', at: SEEN_AT.getTime() - 30 * DAY },
      { service: 'qdrant', name: '1.17.1', state: 'kept', at: SEEN_AT.getTime() - 90 * DAY },
    ]),
    sets: known(judged(SEEN_AT.toISOString(), ...found)),
    ...{ samples, capacity },
    history: known([
      {
        ...{ run: 'b', who: 'anna@laptop', command: 'vdb deploy --service gateway', vdb: '0.1.0' },
        ...{ at: '2026-11-22T12:00:00.000Z', status: 'done', changed: 7, failed: [], skipped: [] },
        ...{ durationMs: 181_000, tasks: [] },
      },
      {
        ...{ run: 'a', who: 'cron@main', command: 'vdb backup --skip-if-locked', vdb: '0.1.0' },
        ...{
          at: '2026-11-21T02:00:00.000Z',
          status: 'failed',
          changed: 1,
          failed: ['postgres'],
          skipped: [],
        },
        ...{ durationMs: 4200, tasks: [] },
      },
    ]),
    latency: {
      ...{
        schema: 'vdb.latency/1',
        at: '2026-11-20T10:00:00Z',
        target: 'Qdrant over REST, k 10',
        recall: 0.987,
      },
      steps: [
        { offered: 120, achieved: 120, errors: 0, p50_ms: 2.13, p95_ms: 4.8, p99_ms: 9.42, max_ms: 31 },
        { offered: 220, achieved: 213, errors: 2, p50_ms: 5.4, p95_ms: 22.1, p99_ms: 140.2, max_ms: 512 },
      ],
    },
    ...changes,
  };
}

/** A server that is ready. */
export function readyState(): ServerState {
  return serverState({ check: { ...report([PASSED, WARNING, SKIPPED]), exitCode: EXIT.ok } });
}
