import type { FieldChange } from '../engine/resource.js';
import type { VirtualenvState } from './virtualenv-probe.js';

/** `psycopg[binary]==3.3.9`, taken apart. */
export interface Requirement {
  text: string;
  /** Normalised as in PEP 503: `psycopg`. */
  name: string;
  extras: readonly string[];
  version: string;
}

/** What every environment has besides its requirements, in the newest version whenever something is installed. */
export const TOOLS = ['pip', 'setuptools', 'wheel'] as const;

/** What a difference says of a package that is not there at all. */
const NOT_INSTALLED = 'not installed';

/** Names to import that do not follow from the name of the package. */
const IMPORT_NAMES: Readonly<Record<string, string>> = {
  'grpcio-health-checking': 'grpc_health',
  'grpcio-reflection': 'grpc_reflection',
  'grpcio-tools': 'grpc_tools',
  'python-dateutil': 'dateutil',
  'python-dotenv': 'dotenv',
  'python-jose': 'jose',
  'python-multipart': 'python_multipart',
  'strawberry-graphql': 'strawberry',
  attrs: 'attr',
  beautifulsoup4: 'bs4',
  grpcio: 'grpc',
  pillow: 'PIL',
  'psycopg2-binary': 'psycopg2',
  protobuf: 'google.protobuf',
  pyjwt: 'jwt',
  pyyaml: 'yaml',
};

/** Throws when `text` is not pinned. */
export function parseRequirement(text: string): Requirement {
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([A-Za-z0-9,._-]+)\])?==([A-Za-z0-9.+!_-]+)$/.exec(text);
  if (!match) throw new Error(`not a pinned requirement: ${text}`);
  const [, name = '', extras = '', version = ''] = match;
  return { text, name: normalised(name), extras: extras === '' ? [] : extras.split(','), version };
}

/** A name as PEP 503 compares it. */
export function normalised(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}

/** The module that a package is imported as. */
export function importName(name: string): string {
  return IMPORT_NAMES[normalised(name)] ?? normalised(name).replaceAll('-', '_');
}

/** What is not installed as required. */
export function unmet(
  requirements: readonly Requirement[],
  have: Pick<VirtualenvState, 'packages' | 'missingExtras'>,
): FieldChange[] {
  return requirements.flatMap(({ name, text, version }) => {
    const installed = have.packages[name];
    if (installed === undefined) return [{ field: name, have: NOT_INSTALLED, want: version }];
    if (!sameVersion(installed, version)) return [{ field: name, have: installed, want: version }];
    return have.missingExtras.includes(text)
      ? [{ field: text, have: 'without the extra', want: 'with it' }]
      : [];
  });
}

/** Which of {@link TOOLS} are not there. */
export function unmetTools(have: VirtualenvState): FieldChange[] {
  const missing = TOOLS.filter((name) => have.packages[name] === undefined);
  return missing.map((field) => ({ field, have: NOT_INSTALLED, want: 'installed' }));
}

/** Nothing of it is there in another version, or without its extra. */
export function onlyMissing(fields: readonly FieldChange[]): boolean {
  return fields.every(({ have }) => have === NOT_INSTALLED);
}

/** PEP 440: `1.0` is `1.0.0`, and a local version (`1.0+cpu`) satisfies the public one. */
function sameVersion(installed: string, wanted: string): boolean {
  const have = wanted.includes('+') ? installed : installed.replace(/\+.*$/, '');
  return canonical(have) === canonical(wanted);
}

function canonical(version: string): string {
  return version
    .toLowerCase()
    .replaceAll(/[-_]/g, '.')
    .replace(/(\.0)+(?=$|\+)/, '');
}
