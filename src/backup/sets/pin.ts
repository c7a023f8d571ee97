import { putCommand } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { PIN, type Pin, pinText } from './notes.js';

/** Keeps a set from being removed, whatever its age; replaces an earlier pin. The lock is held. */
export async function pinSet(host: Host, directory: string, id: string, pin: Pin): Promise<void> {
  await host.run(putCommand({ path: `${directory}/${id}/${PIN}`, content: pinText(pin), mode: '0600' }));
}

/** Leaves a set to retention again. The lock is held. */
export async function unpinSet(host: Host, directory: string, id: string): Promise<void> {
  await host.run({
    title: `unpin backup set ${id}`,
    script: sh`
      set -eu
      cd ${`${directory}/${id}`}
      rm -f ${PIN}
      sync .`,
  });
}
