import type { Config } from '../../../config/schema.js';
import { EXIT, VdbError } from '../../../errors.js';
import { known, type Observation } from '../../../host/probe.js';
import { sh } from '../../../host/shell.js';
import type { Site } from '../../check.js';
import { oncePerSite } from '../../once.js';

/**
 * The contract of an embedding service: a POST of `{"model": NAME, "input": ["text"]}` to its address, answered by
 * 200 and one embedding a text, in one of the forms that such services have: `{"embeddings": [[…]]}`,
 * `{"data": [{"embedding": […]}]}` (OpenAI), `{"embedding": […]}` or `[[…]]`.
 */
export interface ModelAnswer {
  /** HTTP status; null when there was none, for `why`. */
  status: number | null;
  why: string;
  seconds: number;
  /** How many numbers the embedding has; null when the answer has none. */
  dimension: number | null;
}

/** One answer for each configured model, by name. */
export type ModelAnswers = Readonly<Record<string, ModelAnswer>>;

/** What curl's exit codes mean here. */
const WHY: Readonly<Record<number, string>> = {
  3: 'its address is malformed',
  5: 'the name of the proxy does not resolve',
  6: 'its name does not resolve',
  7: 'nothing listens there',
  28: 'no answer in time',
  35: 'TLS failed',
  52: 'an empty answer',
  56: 'the connection was reset',
  60: 'its certificate does not verify',
};

/** Bytes of an answer that are read: 20 000 numbers fit. */
const MOST_BYTES = 500_000;

/**
 * Asks every model from the host, all at once, since each may take as long as its timeout allows, and each
 * into a pipe of its own, since long lines of several writers mix. Addresses may
 * hold credentials, so curl reads them from a pipe that is fed from standard input, and they appear in no argv.
 */
export const askModels = oncePerSite(async ({ host, context }: Site): Promise<Observation<ModelAnswers>> => {
  const { models } = context.config;
  const names = Object.keys(models);
  const slowest = Math.max(0, ...Object.values(models).map(({ timeout_seconds }) => timeout_seconds));
  const { stdout, exitCode } = await host.read(SCRIPT, {
    stdin: `${names.map((name) => Buffer.from(curlConfig(name, models)).toString('base64')).join('\n')}\n`,
    timeoutMs: (slowest + 20) * 1000,
  });
  if (stdout.startsWith('no-curl')) return { status: 'unknown', why: 'curl is not installed on the host' };
  if (exitCode !== 0)
    return { status: 'unknown', why: `the models could not be asked: exit code ${exitCode}` };
  return known(readAnswers(stdout, names));
});

const SCRIPT = sh`
  command -v curl >/dev/null || { echo no-curl; exit 0; }
  export LC_ALL=C.UTF-8
  ask() {
  answer=$(printf '%s' "$1" | base64 -d | curl -q -K - 2>/dev/null | head -c ${MOST_BYTES} | base64 -w 0; exit \${PIPESTATUS[2]})
  printf '%s %s\n' $? "$answer"
  }
  pipes=()
  while read -r config; do exec {pipe}< <(ask "$config" </dev/null); pipes+=("$pipe"); done
  for pipe in "\${pipes[@]}"; do cat <&"$pipe"; done`;

type Models = Config['models'];

/** One option a line, as in a file that curl reads. The last line of what it prints is status and seconds. */
function curlConfig(name: string, models: Models): string {
  const { url, timeout_seconds } = models[name] as Models[string];
  const options = {
    url,
    'max-time': String(timeout_seconds),
    header: 'Content-Type: application/json',
    'data-raw': JSON.stringify({ model: name, input: ['vdb check'] }),
    'write-out': '\n%{http_code} %{time_total}',
  };
  const lines = Object.entries(options).map(([key, value]) => `${key} = ${quoted(value)}`);
  return ['silent', 'globoff', 'no-location', ...lines, ''].join('\n');
}

/** Within quotes curl knows the escapes of C. */
function quoted(value: string): string {
  const escaped = value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/** One line a model, in order: curl's exit code and what it printed. Throws where one is missing. Pure. */
export function readAnswers(stdout: string, names: readonly string[]): ModelAnswers {
  const lines = stdout.split('\n');
  return Object.fromEntries(
    names.map((name, index) => {
      const [, code, body = ''] = /^(\d+) ([\w+/=]*)$/.exec(lines[index] ?? '') ?? [];
      if (code === undefined) throw noAnswer(name);
      return [name, answerOf(Number(code), body)];
    }),
  );
}

function noAnswer(name: string): VdbError {
  return new VdbError(`the host said nothing of model ${name}`, {
    code: 'check.model-unseen',
    exitCode: EXIT.failed,
  });
}

function answerOf(code: number, base64: string): ModelAnswer {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const [, body = '', status = '0', seconds = '0'] = /^([\s\S]*)\n(\d+) ([\d.]+)$/.exec(text) ?? [];
  const why = code === 0 ? '' : (WHY[code] ?? `curl exit code ${code}`);
  return {
    status: code === 0 ? Number(status) : null,
    why,
    seconds: Number(seconds),
    dimension: code === 0 ? dimensionOf(body) : null,
  };
}

/** How many numbers the one embedding of an answer has; null for anything else. Pure. */
export function dimensionOf(body: string): number | null {
  try {
    const embedding = firstOf(JSON.parse(body));
    const isEmbedding = Array.isArray(embedding) && embedding.length > 0 && embedding.every(Number.isFinite);
    return isEmbedding ? embedding.length : null;
  } catch {
    return null;
  }
}

function firstOf(answer: unknown): unknown {
  const { embedding, embeddings, data } = answer as Record<string, unknown>;
  if (Array.isArray(answer)) return only(answer);
  if (Array.isArray(embeddings)) return only(embeddings);
  if (Array.isArray(data)) return (only(data) as { embedding?: unknown } | undefined)?.embedding;
  return embedding;
}

/** For one text there is one embedding. */
function only(list: readonly unknown[]): unknown {
  return list.length === 1 ? list[0] : undefined;
}
