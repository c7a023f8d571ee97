import type { ExecResult } from '../host/transport.js';
import { explainVirtualenv } from './virtualenv-explain.js';

interface Explanation {
  meaning: string;
  next: string;
}

const CAUSES: readonly (Explanation & { pattern: RegExp })[] = [
  {
    pattern: /what arrived has sha256 .* want /,
    meaning: 'The artefact is not what the configuration names; nothing of it was kept.',
    next: 'If it was changed on purpose, correct gateway.artifact.sha256; else do not trust it.',
  },
  {
    pattern: /the artefact has no/,
    meaning: 'The artefact is not complete; nothing of it was kept.',
    next: 'Complete it, or correct gateway.artifact (path, app).',
  },
  {
    pattern: /In --require-hashes mode|Hashes are required/,
    meaning: 'The requirements do not name the hash of everything that is to be installed.',
    next: 'Write them with hashes, for example: uv pip compile --generate-hashes --universal requirements.in -o requirements.txt',
  },
  {
    pattern: /No module named gunicorn/,
    meaning: 'The requirements do not bring gunicorn, which serves the application.',
    next: 'Add gunicorn and uvicorn-worker to the requirements of the artefact.',
  },
  {
    pattern: /SyntaxError|Error compiling/,
    meaning: 'A file of the application is not Python that this host can run.',
    next: 'Correct the file that is named above.',
  },
  {
    pattern: /package index .* (cannot be reached|answers with HTTP)/,
    meaning: 'The host cannot reach the package index, and the gateway does not run without its packages.',
    next: 'Configure python.index_url, python.ca_bundle or python.wheel_dir, or gateway.enabled: false to go on without it.',
  },
  {
    pattern: /user gateway does not exist/,
    meaning: 'The account of the gateway is not there.',
    next: 'vdb provision --only 1.2',
  },
];

/** Why a release of the gateway could not be installed. */
export function explainGatewayRelease(result: ExecResult): Explanation | null {
  const text = `${result.stderr}\n${result.stdout}`;
  const cause = CAUSES.find(({ pattern }) => pattern.test(text));
  if (cause !== undefined) return { meaning: cause.meaning, next: cause.next };
  return explainVirtualenv(result);
}
