import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask } from '../host/probe.js';
import { sh } from '../host/shell.js';
import {
  type BlockDevices,
  type BlockDevicesQuestion,
  blockDevicesKind,
  faultsOf,
  RULE,
  renderRule,
} from './block-devices.js';

export type IoSchedulerOptions = BlockDevicesQuestion;

/** The I/O scheduler of every disk behind a mount point and the read-ahead of its device, now and after a reboot. */
export function ioScheduler(options: IoSchedulerOptions): Resource {
  const { mountPoint, scheduler, readAheadKib } = options;
  if (!/^[a-z-]+$/.test(scheduler)) throw new Error(`not an I/O scheduler: ${scheduler}`);
  const ahead = readAheadKib === undefined ? '' : `, read-ahead of ${readAheadKib} KiB`;
  return defineResource<BlockDevices>({
    id: `io-scheduler:${mountPoint}`,
    title: `I/O scheduler ${scheduler}${ahead} behind ${mountPoint}`,
    probe: ask(blockDevicesKind, options),
    diff: (have) => devicesDiff(options, have),
    apply: (_change, have) => deviceCommands(options, have),
  });
}

function devicesDiff(
  { mountPoint, scheduler, readAheadKib }: IoSchedulerOptions,
  have: BlockDevices | null,
): Change | null {
  if (have === null) return { action: 'update', summary: `set it once ${mountPoint} is there` };
  const fields = faultsOf(have, scheduler, readAheadKib);
  if (fields.length === 0 && have.rule === renderRule(have, scheduler, readAheadKib)) return null;
  const summary =
    fields.map((field) => `${field.field} is ${field.have}, want ${field.want}`).join('; ') ||
    'keep it over a reboot';
  const change: Change = { action: 'update', summary, fields };
  const unable = have.disks.find(
    ({ active, available }) => active !== scheduler && !available.includes(scheduler),
  );
  if (unable === undefined) return change;
  const why = `${unable.name} behind ${mountPoint} has no scheduler ${scheduler}`;
  return { ...change, refused: { why, next: `Choose one that it has: ${unable.available.join(', ')}.` } };
}

function deviceCommands(
  { scheduler, readAheadKib }: IoSchedulerOptions,
  have: BlockDevices | null,
): Command[] {
  if (have === null) return [];
  const set = (name: string, attribute: string, value: string | number): Command => ({
    title: `set ${attribute} of ${name} to ${value}`,
    script: sh`printf %s ${value} >${`/sys/block/${name}/queue/${attribute}`}`,
  });
  return [
    putCommand({ path: RULE, content: renderRule(have, scheduler, readAheadKib) }),
    ...have.disks.map(({ name }) => set(name, 'scheduler', scheduler)),
    ...(readAheadKib === undefined
      ? []
      : have.top.map(({ name }) => set(name, 'read_ahead_kb', readAheadKib))),
  ];
}
