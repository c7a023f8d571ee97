import { type Change, defineResource, type Resource } from '../../src/engine/resource.js';
import { Gate } from '../../src/host/gate.js';
import { Host } from '../../src/host/host.js';
import { ask, type Observation, type ProbeKind } from '../../src/host/probe.js';
import { Script, sh } from '../../src/host/shell.js';
import type { ExecResult, Transport } from '../../src/host/transport.js';

/** A host in memory: things by name. What is not in `things` does not exist. */
export interface FakeHost {
  host: Host;
  things: Map<string, string>;
  /** Names in the order in which they were set. */
  changed: string[];
  /** Journal records, parsed. */
  journal: Record<string, unknown>[];
  /** How a change of this thing fails, or the installation of packages (`apt`). */
  failures: Map<string, { exitCode: number; stderr: string }>;
  /** Things whose changes succeed and do nothing. */
  stuck: Set<string>;
  /** Called before a thing is set. */
  onSet?: (name: string) => void;
  /** Looks taken, one for each batch of probes. */
  looks: number;
}

/** A host whose gate is open, as if its lock were held. It understands only the resources of this file. */
export function fakeHost(things: Record<string, string> = {}, gate = new Gate()): FakeHost {
  gate.open();
  const fake = {
    things: new Map(Object.entries(things)),
    changed: [],
    journal: [],
    failures: new Map(),
    stuck: new Set(),
    looks: 0,
  } as unknown as FakeHost;
  fake.host = new Host(transportOf(fake), gate);
  return fake;
}

function transportOf(fake: FakeHost): Transport {
  const unsupported = (): Promise<never> => Promise.reject(new Error('the fake host cannot do that'));
  return {
    target: 'root@fake:22',
    exec: async (command, options = {}) => {
      const script = unquoted(command.slice('bash -c '.length));
      if (script.includes('journal.ndjson')) return journal(fake, options.stdin);
      if (script.includes(' begin\\n')) return answer(fake, script);
      return setThing(fake, script);
    },
    open: unsupported,
    forward: unsupported,
    close: async () => {},
  };
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|\\(.)/g,
    (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '',
  );
}

function result(exitCode: number, stdout = '', stderr = ''): ExecResult {
  return { exitCode, stdout, stderr, durationMs: 1 };
}

function journal(fake: FakeHost, stdin: unknown): ExecResult {
  if (typeof stdin === 'string') fake.journal.push(JSON.parse(stdin) as Record<string, unknown>);
  return result(0, fake.journal.map((record) => JSON.stringify(record)).join('\n'));
}

/** Answers each `look` of a batch in a frame, as bash would. */
function answer(fake: FakeHost, script: string): ExecResult {
  fake.looks++;
  const [, boundary = ''] = / begin\\n' (\w+) 0/.exec(script) ?? [];
  const fragments = [...script.matchAll(/timeout -k 2 \d+ bash -c (.*) <\/dev\/null$/gm)];
  const frames = fragments.map(([, word = ''], index) => {
    const names = unquoted(word).split(' ').slice(1);
    const seen = JSON.stringify(names.map((name) => fake.things.get(name) ?? null));
    return `${boundary} ${index} begin\n${seen}\n${boundary} ${index} end 0`;
  });
  return result(0, frames.join('\n'));
}

function setThing(fake: FakeHost, script: string): ExecResult {
  const [, name = '', value = ''] = /^set (\S+) (\S+)$/m.exec(script) ?? [];
  const apt = fake.failures.get('apt');
  if (name === '' && apt !== undefined) return result(apt.exitCode, '', apt.stderr);
  if (name === '') throw new Error(`the fake host does not understand: ${script}`);
  fake.onSet?.(name);
  const failure = fake.failures.get(name);
  if (failure !== undefined) return result(failure.exitCode, '', failure.stderr);
  fake.changed.push(name);
  if (!fake.stuck.has(name)) fake.things.set(name, value);
  return result(0);
}

/** `pending:…`, `foreign:…` and `unknown:…` are what could not be seen, and why. */
const things: ProbeKind<string, string> = {
  name: 'thing',
  script: (names) => new Script(`look ${names.join(' ')}`),
  parse: (stdout) => (JSON.parse(stdout) as (string | null)[]).map(observationOf),
};

function observationOf(value: string | null): Observation<string> {
  const [, status, why = ''] = /^(pending|foreign|unknown):(.*)$/.exec(value ?? '') ?? [];
  if (status === undefined) return { status: 'known', value };
  return { status: status as 'pending' | 'foreign' | 'unknown', why };
}

/** A thing that shall have a value. `more` adds to or replaces parts of the resource. */
export function thing(name: string, want: string, more: Partial<Resource> = {}): Resource {
  return defineResource<string>({
    id: `thing:${name}`,
    title: `thing ${name}`,
    probe: ask(things, name),
    diff: (have): Change | null =>
      have === want
        ? null
        : { action: have === null ? 'create' : 'update', summary: `${have ?? 'nothing'} becomes ${want}` },
    apply: () => [{ title: `set ${name}`, script: sh`set ${name} ${want}`, skipCodes: [69] }],
    ...(more as Partial<Resource<string>>),
  });
}
