import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { file } from './file.js';

export interface SysctlOptions {
  /** Where the values are kept over a reboot. Default /etc/sysctl.d/60-vdb.conf. */
  file?: string;
  values: Readonly<Record<string, string | number>>;
  /** The host is a container: see {@link sysctlValue}. */
  container: boolean;
}

export interface SysctlValueOptions {
  key: string;
  value: string | number;
  container: boolean;
}

const DEFAULT_FILE = '/etc/sysctl.d/60-vdb.conf';

/**
 * Kernel settings: one file that survives a reboot, and one resource for each running value. What a container
 * shares with its machine is left out of the file: a privileged one would set it for the machine at its start.
 */
export function sysctl({ file: path, values, container }: SysctlOptions): Resource[] {
  const entries = Object.entries(values);
  const running = entries.map(([key, value]) => sysctlValue({ key, value, container }));
  const own = Object.fromEntries(entries.filter(([key]) => !container || !isShared(key)));
  return [sysctlFile({ values: own, ...(path === undefined ? {} : { file: path }) }), ...running];
}

/** The file that sets `values` when the system starts. */
export function sysctlFile({
  file: path = DEFAULT_FILE,
  values,
}: Pick<SysctlOptions, 'file' | 'values'>): Resource {
  const lines = Object.entries(values).map(([key, value]) => `${assertKey(key)} = ${normalised(value)}\n`);
  return file({ path, content: lines.join('') });
}

/**
 * The running value of one kernel setting. A container has network settings of its own, but shares `vm.*`,
 * `fs.*` and `kernel.*` with its machine: these are reported, and neither set nor passed over.
 */
export function sysctlValue({ key, value, container }: SysctlValueOptions): Resource {
  const want = normalised(value);
  assertKey(key);
  return defineResource<string>({
    id: `sysctl:${key}`,
    title: `${key} = ${want}`,
    probe: ask(sysctlKind, { key, want, container }),
    diff: (have) => {
      if (have === want) return null;
      const fields = [{ field: key, have: have ?? 'not there', want }];
      return { action: 'update', summary: `${have ?? 'not there'}, want ${want}`, fields };
    },
    apply: () => [{ title: `set ${key} to ${want}`, script: sh`sysctl -q -w -- ${`${key}=${want}`}` }],
    explain: ({ stderr }) => explainSysctl(key, stderr),
  });
}

interface SysctlQuestion {
  key: string;
  want: string;
  container: boolean;
}

/** One `sysctl` for all keys. Keys that this kernel does not have are left out of its answer. */
const sysctlKind: ProbeKind<SysctlQuestion, string> = {
  name: 'sysctl',
  script: (args) => sh`sysctl -e -- ${[...new Set(args.map(({ key }) => key))]} 2>&1 || true`,
  parse: (stdout, args) => {
    const lines = stdout.split('\n').map((line) => line.split(' = '));
    const values = new Map(lines.flatMap(([key = '', value]) => (value === undefined ? [] : [[key, value]])));
    const broken = stdout.includes('command not found');
    return args.map((arg) => (broken ? noSysctl() : observationOf(arg, values.get(arg.key))));
  },
};

function noSysctl(): Observation<string> {
  return { status: 'unknown', why: 'sysctl is not installed (package procps)' };
}

function observationOf({ key, want, container }: SysctlQuestion, found?: string): Observation<string> {
  const have = found === undefined ? undefined : normalised(found);
  if (have === want) return known(want);
  if (container && have === undefined) {
    return { status: 'foreign', why: `${key} is not visible in this container; want ${want}` };
  }
  if (container && isShared(key)) {
    return {
      status: 'foreign',
      why: `${key} is ${have}, want ${want}; it belongs to the machine around the container`,
    };
  }
  return have === undefined ? pending(`this kernel has no ${key} yet`) : known(have);
}

/** Outside a container's namespaces: network, IPC and the host name are its own. */
function isShared(key: string): boolean {
  return !/^(net\.|kernel\.(shm|msg|sem|hostname|domainname)|fs\.mqueue\.)/.test(key);
}

function normalised(value: string | number): string {
  return String(value).trim().replaceAll(/\s+/g, ' ');
}

function assertKey(key: string): string {
  if (!/^[a-z][\w.*/-]+$/.test(key)) throw new Error(`not a kernel setting: ${key}`);
  return key;
}

function explainSysctl(key: string, stderr: string): { meaning: string; next: string } | null {
  if (/No such file/.test(stderr)) {
    const next = 'Load the kernel module that brings it, or remove it from the configuration.';
    return { meaning: `This kernel has no setting ${key}.`, next };
  }
  if (/Read-only|permission denied/i.test(stderr)) {
    const next = 'Set it on the machine around this host.';
    return { meaning: `${key} cannot be set from here.`, next };
  }
  if (/Invalid argument/.test(stderr)) {
    return { meaning: `The kernel refuses the value for ${key}.`, next: 'Correct it in the configuration.' };
  }
  return null;
}
