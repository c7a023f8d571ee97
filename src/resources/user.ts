import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { summarise } from './ownership.js';

export interface SystemUserOptions {
  name: string;
  /** Primary group; created when missing. Default: one with the user's name. */
  group?: string;
  /** Not created. Default /nonexistent. */
  home?: string;
  /** Default /usr/sbin/nologin. */
  shell?: string;
  /** Supplementary groups that the user shall be in; others are left alone. */
  groups?: readonly string[];
}

interface UserState {
  uid: number;
  home: string;
  shell: string;
  group: string;
  groups: readonly string[];
}

const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** One `getent` for all names. Exit code 2 only says that some are not known. */
const userKind: ProbeKind<string, UserState> = {
  name: 'user',
  script: (args) => {
    const names = [...new Set(args)];
    return sh`getent passwd ${names} || [ $? = 2 ] || exit 1
      for u in ${names}; do id -gn "$u" >/dev/null 2>&1 && printf '@%s %s %s\n' "$u" "$(id -gn "$u")" "$(id -Gn "$u")"; done
      true`;
  },
  parse: (stdout, args) => {
    const lines = stdout.split('\n');
    return args.map((name) => {
      const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
      const groups = lines.find((line) => line.startsWith(`@${name} `))?.split(' ');
      if (fields === undefined) return known<UserState>(null);
      const [, , uid = '', , , home = '', shell = ''] = fields;
      const [, group = '', ...all] = groups ?? [];
      return known({ uid: Number(uid), home, shell, group, groups: all });
    });
  },
};

/** A system account without password and login. */
export function systemUser(options: SystemUserOptions): Resource {
  const { name, group = name, home = '/nonexistent', shell = '/usr/sbin/nologin', groups = [] } = options;
  for (const each of [name, group, ...groups]) assertName(each);
  const want = { name, group, home, shell, groups };
  return defineResource<UserState>({
    id: `user:${name}`,
    title: `user ${name}`,
    probe: ask(userKind, name),
    diff: (have) => userDiff(want, have),
    apply: (_change, have) => userCommands(want, have),
    explain: ({ stderr }) =>
      /is currently used by process/.test(stderr)
        ? {
            meaning: `Processes of ${name} are running.`,
            next: `Stop its services, then run the command again.`,
          }
        : null,
  });
}

function userDiff(want: Required<SystemUserOptions>, have: UserState | null): Change | null {
  if (have === null) return { action: 'create', summary: `create the system user ${want.name}` };
  const fields: FieldChange[] = [];
  for (const field of ['group', 'home', 'shell'] as const) {
    if (have[field] !== want[field]) fields.push({ field, have: have[field], want: want[field] });
  }
  const missing = missingGroups(want, have);
  if (missing.length > 0)
    fields.push({ field: 'groups', have: have.groups.join(','), want: missing.join(',') });
  if (fields.length === 0) return null;
  const change: Change = { action: 'update', summary: summarise(fields), fields };
  if (have.uid !== 0) return change;
  const next = 'Choose another name in the configuration.';
  return { ...change, refused: { why: `${want.name} has the user id 0`, next } };
}

function missingGroups(want: Required<SystemUserOptions>, have: UserState): string[] {
  return want.groups.filter((group) => !have.groups.includes(group));
}

function userCommands(want: Required<SystemUserOptions>, have: UserState | null): Command[] {
  const { name, group, home, shell } = want;
  const title = have === null ? `create user ${name}` : `change user ${name}`;
  const add = want.groups.length === 0 ? [] : ['-G', want.groups.join(',')];
  const make = sh`${ensureGroup(group)} && useradd --system --no-create-home -g ${group} -d ${home} -s ${shell} ${add} -- ${name}`;
  const modify = sh`${ensureGroup(group)} && usermod -g ${group} -d ${home} -s ${shell} ${[...(add.length ? ['-a'] : []), ...add]} -- ${name}`;
  return [{ title, script: have === null ? make : modify }];
}

/** A system group. */
export function group({ name }: { name: string }): Resource {
  assertName(name);
  return defineResource<{ gid: number }>({
    id: `group:${name}`,
    title: `group ${name}`,
    probe: ask(groupKind, name),
    diff: (have) => (have === null ? { action: 'create', summary: `create the system group ${name}` } : null),
    apply: () => [{ title: `create group ${name}`, script: ensureGroup(name) }],
  });
}

const groupKind: ProbeKind<string, { gid: number }> = {
  name: 'group',
  script: (args) => sh`getent group ${[...new Set(args)]} || [ $? = 2 ]`,
  parse: (stdout, args) => {
    const lines = stdout.split('\n').map((line) => line.split(':'));
    return args.map((name) => {
      const found = lines.find(([first]) => first === name);
      return known(found ? { gid: Number(found[2]) } : null);
    });
  },
};

function ensureGroup(name: string): Script {
  return sh`{ getent group ${name} >/dev/null || groupadd --system -- ${name}; }`;
}

function assertName(name: string): void {
  if (!NAME.test(name)) throw new Error(`not a name of a user or group: ${name}`);
}
