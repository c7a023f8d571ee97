import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';
import { slotStorage } from '../slots.js';

/** Whether `path` is `directory` or lies below it. */
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

function slotsApart(config: Config): Violation[] {
  const [blue, green] = [slotStorage(config, 'blue'), slotStorage(config, 'green')];
  const path = [
    'qdrant',
    'slots',
    config.qdrant.slots.green.storage === undefined ? 'blue' : 'green',
    'storage',
  ];
  if (blue === green)
    return [{ path, message: `both slots would store their data in ${blue}; two servers must not share it` }];
  if (!isWithin(blue, green) && !isWithin(green, blue)) return [];
  return [{ path, message: `the data of one slot lies inside the other's: ${blue} and ${green}` }];
}

function backupsApart(config: Config): Violation[] {
  const { backups } = config.paths;
  const inside = (['blue', 'green'] as const).find((slot) => {
    const storage = slotStorage(config, slot);
    return isWithin(backups, storage) || isWithin(storage, backups);
  });
  if (inside === undefined) return [];
  return [
    {
      path: ['paths', 'backups'],
      message: `overlaps with the data of the ${inside} slot, ${slotStorage(config, inside)}`,
    },
  ];
}

function onTheDataVolume({ storage, paths }: Config): Violation[] {
  if (!storage.require_own_mount) return [];
  return (['storage', 'backups'] as const)
    .filter((name) => !isWithin(paths[name], storage.mount_point))
    .map((name) => ({
      path: ['paths', name],
      message: `${paths[name]} is not on ${storage.mount_point}, which storage.require_own_mount demands`,
    }));
}

export const pathRules: readonly Rule[] = [
  { needs: ['paths', 'qdrant'], check: slotsApart },
  { needs: ['paths', 'qdrant'], check: backupsApart },
  { needs: ['paths', 'storage'], check: onTheDataVolume },
];
