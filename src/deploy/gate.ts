import { type Script, sh } from '../host/shell.js';

/** So often each instance is asked. */
export const ASKED = 20;

/** A health answer may always take so long, in milliseconds: what the plan for the gateway allows under load. */
const FINE_MS = 100;

/** Above that, so many times as long as what serves now. */
const TIMES_SLOWER = 3;

/** One answer of an instance. */
export interface Answer {
  /** HTTP status; 0: none. */
  status: number;
  ms: number;
}

/** Asks each URL so many times, in turn, so that all are asked under the same load. */
export function askScript(urls: readonly string[], times = ASKED): Script {
  return sh`
    for i in $(seq ${times}); do for url in ${urls}; do
    curl -s -o /dev/null --max-time 10 -w '%{http_code} %{time_total}\n' -- "$url" || true
    done; done`;
}

/** The answers of each URL, in the order of the URLs. Throws where lines are missing. Pure. */
export function parseAnswers(stdout: string, urls: number, times = ASKED): Answer[][] {
  const lines = stdout.trim().split('\n');
  if (lines.length !== times * urls) throw new Error(`${lines.length} answers of ${times * urls}`);
  const answers = lines.map((line) => {
    const match = /^(\d{3}) ([\d.]+)$/.exec(line);
    if (match === null) throw new Error(`no answer: ${line}`);
    return { status: Number(match[1]), ms: Number(match[2]) * 1000 };
  });
  return Array.from({ length: urls }, (_, url) => answers.filter((_, index) => index % urls === url));
}

/** What stands against an instance; null: nothing. `serving` is what the instances say that serve now. Pure. */
export function against(
  name: string,
  answers: readonly Answer[],
  { healthy, serving }: { healthy: number; serving: readonly Answer[] },
): string | null {
  const wrong = answers.filter(({ status }) => status !== healthy);
  const [first] = wrong;
  if (first !== undefined) {
    const said = first.status === 0 ? 'gave no answer' : `answered ${first.status}`;
    return `${name} ${said} where ${healthy} is healthy, ${wrong.length} of ${answers.length} times`;
  }
  const took = medianOf(answers);
  const limit = Math.max(FINE_MS, TIMES_SLOWER * medianOf(serving));
  if (took <= limit) return null;
  return `${name} needs ${Math.round(took)} ms to say that it is healthy, more than ${Math.round(limit)} ms (${TIMES_SLOWER} times what serves now, or ${FINE_MS} ms)`;
}

/** In milliseconds; 0 where there are none. */
export function medianOf(answers: readonly Answer[]): number {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
