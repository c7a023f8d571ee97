import { z } from 'zod';

/** The phases of a deploy, in their order. */
export const PHASES = [
  'preflight',
  'stage',
  'start',
  'gate',
  'copy',
  'verify',
  'restart',
  'cutover',
  'outside',
  'drain',
  'bake',
  'retire',
] as const;

export type PhaseName = (typeof PHASES)[number];

/** A service that is deployed. */
export type ServiceName = DeployRecord['service'];

/**
 * How what a Qdrant holds comes into the other slot. `replicate`: both are peers of one cluster, and take every write.
 * `snapshot`: by snapshots, while no write is let in. `set`: from a backup set, without what was written since.
 */
export const STRATEGIES = ['replicate', 'snapshot', 'set'] as const;

export type Strategy = (typeof STRATEGIES)[number];

const phase = z.object({
  name: z.enum(PHASES),
  status: z.enum(['pending', 'running', 'done', 'failed']),
  started: z.iso.datetime().optional(),
  ended: z.iso.datetime().optional(),
  /** What it found or did, in a line. */
  note: z.string().optional(),
  /** Numbers that later phases, or the report, go by. */
  numbers: z.record(z.string(), z.number()).optional(),
  /** The backup set of the state before the deploy. */
  set: z.string().optional(),
});

const place = z.object({ slot: z.enum(['blue', 'green']), release: z.string() });

/**
 * One deploy, in `<paths.state>/deploys/<ID>.json` on the host: written before and after each phase, so that it tells the
 * truth whenever the operator is gone.
 */
const record = z.object({
  schema: z.literal('vdb.deploy/1'),
  /** When it began, as `20261126T183000Z`. */
  id: z.string().regex(/^\d{8}T\d{6}Z$/),
  kind: z.enum(['deploy', 'rollback']),
  service: z.enum(['gateway', 'qdrant']),
  /** How what Qdrant holds comes into the new slot. */
  strategy: z.enum(STRATEGIES).optional(),
  /** What served before. */
  from: place,
  /** What is to serve. `sha256` is that of the artefact. */
  to: place.extend({ sha256: z.string() }),
  /** The slot that stood by before; null: none did. */
  standby: place.shape.slot.nullable(),
  /** What it goes by in place of what the configuration says. */
  overrides: z.object({ version: z.string().optional(), artifact: z.string().optional() }).optional(),
  /** The backup set that a rollback brings back. */
  restores: z.string().optional(),
  /** The deploy in place that a rollback takes back: what that kept is put back. */
  undoes: z.string().optional(),
  /** SHA-256 of the configuration that it goes by: it is continued with the same one only. */
  configuration: z.string(),
  /** Migrations of the schema: those applied before the new slot serves, and those after the old one was stopped. */
  migrations: z.object({ expand: z.array(z.string()), contract: z.array(z.string()) }).optional(),
  started: z.iso.datetime(),
  by: z.string(),
  command: z.string(),
  vdb: z.string(),
  /**
   * `running`: at work, or cut short where nobody holds the lock. `paused`: waits for `continue` or `abort`. `done`: the new
   * slot serves. `failed`: users were never sent to the new slot. `returned`: they were, and are back at the old one.
   * `aborted`: as one of the two, because a person said so.
   */
  state: z.enum(['running', 'paused', 'done', 'failed', 'returned', 'aborted']),
  ended: z.iso.datetime().optional(),
  /** Taking it back has begun, and what it ends as then. No phase runs any more: half of what they rely on may be gone. */
  withdrawing: z.enum(['failed', 'aborted']).optional(),
  phases: z.array(phase),
  pause_after: z.enum(PHASES).optional(),
  failure: z.object({ phase: z.enum(PHASES), code: z.string(), message: z.string() }).optional(),
});

export type DeployRecord = z.infer<typeof record>;
export type PhaseRecord = DeployRecord['phases'][number];
export type Place = z.infer<typeof place>;

/** In one slot, with a restart in which nobody is served, in place of a switch from one slot to the other. Pure. */
export function isInPlace({ from, to }: Pick<DeployRecord, 'from' | 'to'>): boolean {
  return from.slot === to.slot;
}

/** The phases of a deploy in place. Pure. */
export function phasesInPlace(kind: DeployRecord['kind']): PhaseName[] {
  return [
    'preflight',
    ...(kind === 'rollback' ? [] : ['stage' as const]),
    'restart',
    'outside',
    'bake',
    'retire',
  ];
}

/** The phases that a service needs beside its other slot: what keeps nothing of its own has nothing to copy. Pure. */
export function phasesOf(service: ServiceName, kind: DeployRecord['kind']): PhaseName[] {
  const without = [
    'restart',
    ...(service === 'gateway' ? ['copy', 'verify'] : []),
    // The release of a rollback and its settings are there.
    ...(kind === 'rollback' ? ['stage'] : []),
  ];
  return PHASES.filter((name) => !without.includes(name));
}

/** The backup set that was there, or was taken, before anything was changed; undefined where none was wanted. Pure. */
export function setOf({ phases }: Pick<DeployRecord, 'phases'>): string | undefined {
  return phases.find(({ name }) => name === 'preflight')?.set;
}

/** A deploy that has not begun, with these phases. Pure. */
export function newRecord(
  of: Omit<DeployRecord, 'schema' | 'id' | 'state' | 'started' | 'phases'>,
  phases: readonly PhaseName[],
  at: Date,
): DeployRecord {
  return {
    ...{ schema: 'vdb.deploy/1', id: deployId(at), state: 'running', started: at.toISOString(), ...of },
    phases: phases.map((name) => ({ name, status: 'pending' })),
  };
}

/** A record as it was written. Throws where it is none. Pure. */
export function parseRecord(text: string): DeployRecord {
  return record.parse(JSON.parse(text));
}

/** `20261126T183000Z`. Pure. */
export function deployId(at: Date): string {
  return `${at
    .toISOString()
    .slice(0, 19)
    .replaceAll(/[^\dT]/g, '')}Z`;
}

/** Not at its end: nothing else may be deployed, or provisioned over it. */
export function isOpen({ state }: DeployRecord): boolean {
  return state === 'running' || state === 'paused';
}

/** The phase that runs, or is the next one; undefined where all are done. Pure. */
export function currentPhase({ phases }: DeployRecord): PhaseRecord | undefined {
  return phases.find(({ status }) => status !== 'done');
}

/** Whether anything may have been made on the host: the first phase only looks. Pure. */
export function hasBegun({ phases }: DeployRecord): boolean {
  return phases.some(({ name, status }) => name !== 'preflight' && status !== 'pending');
}

/** The phase in which what is new takes over. Pure. */
export function switchOf(record: Pick<DeployRecord, 'from' | 'to'>): 'cutover' | 'restart' {
  return isInPlace(record) ? 'restart' : 'cutover';
}

/** Whether users may have met what is new. Pure. */
export function hasSwitched(record: DeployRecord): boolean {
  const name = switchOf(record);
  return record.phases.some((phase) => phase.name === name && phase.status !== 'pending');
}

/** Whether the old slot may be gone, so that there is no way back but a rollback. Pure. */
export function hasRetired({ phases }: DeployRecord): boolean {
  return phases.some(({ name, status }) => name === 'retire' && status !== 'pending');
}

/** What a phase has counted; nothing where it has not ended. Pure. */
export function numbersOf({ phases }: DeployRecord, name: PhaseName): Record<string, number> {
  return phases.find((each) => each.name === name)?.numbers ?? {};
}

/** The record with one phase changed. Pure. */
export function withPhase(
  value: DeployRecord,
  name: PhaseName,
  change: Omit<PhaseRecord, 'name'>,
): DeployRecord {
  return {
    ...value,
    phases: value.phases.map((each) => (each.name === name ? { ...each, ...change } : each)),
  };
}
