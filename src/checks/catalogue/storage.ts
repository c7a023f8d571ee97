import { ask } from '../../host/probe.js';
import { type Check, defineCheck, threshold } from '../check.js';
import { diskOf } from '../probes/disk.js';
import { expect, whenThere } from '../verdict.js';

const FREE_PERCENT = 25;
const GIB = 1024 ** 3;

const free = defineCheck({
  id: 'storage.free',
  group: 'storage',
  severity: 'error',
  title: 'The data file system has free space',
  probe: ({ config }) => ask(diskOf, config.paths.storage),
  judge: ([disk], context) =>
    whenThere(disk, 'df says nothing', ({ free, size, mountedOn }) => {
      const percent = Math.floor((100 * free) / size);
      const gib = free / GIB;
      const atLeast = threshold(context, 'storage.free', FREE_PERCENT);
      const atLeastGib = context.config.storage.min_free_gib;
      return expect(
        percent >= atLeast && gib >= atLeastGib,
        `${gib.toFixed(1)} GiB (${percent} %) free on ${mountedOn}`,
        `at least ${atLeast} % and ${atLeastGib} GiB`,
      );
    }),
  remedy: 'Delete what is not needed, old snapshots and releases first, or enlarge the volume.',
  inspect: ({ config }) => `du -xh --max-depth=2 ${config.paths.storage}`,
});

export const storageChecks: readonly Check[] = [free];
