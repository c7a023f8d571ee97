import type { FieldChange } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { sh } from '../host/shell.js';

/** Mode and owner as they shall be. */
export interface Ownership {
  /** Octal, as in `chmod`: `0644`. */
  mode: string;
  /** `user:group`. */
  owner: string;
}

/** Mode and owner that differ. Modes are compared as numbers: `644` is `0644`. */
export function ownershipChanges(have: Ownership, want: Ownership): FieldChange[] {
  const fields: FieldChange[] = [];
  if (Number.parseInt(have.mode, 8) !== Number.parseInt(want.mode, 8)) {
    fields.push({ field: 'mode', have: have.mode.padStart(4, '0'), want: want.mode.padStart(4, '0') });
  }
  if (have.owner !== want.owner) fields.push({ field: 'owner', have: have.owner, want: want.owner });
  return fields;
}

/** `mode 0644, want 0600; owner root:root, want redis:redis`. */
export function summarise(fields: readonly FieldChange[]): string {
  return fields.map(({ field, have, want }) => `${field} ${have}, want ${want}`).join('; ');
}

/** Owner first: changing it clears set-id bits. */
export function ownershipCommand(path: string, want: Ownership): Command {
  return {
    title: `set owner and mode of ${path}`,
    script: sh`chown -h ${want.owner} -- ${path} && chmod ${want.mode} -- ${path}`,
  };
}
