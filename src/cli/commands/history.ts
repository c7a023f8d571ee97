import { type HistoryEntry, readHistory } from '../../engine/journal.js';
import { EXIT, VdbError } from '../../errors.js';
import { historyData, historyText } from '../../ui/history.js';
import type { Handler } from '../context.js';
import { withConnection } from '../session.js';
import { lineWidth } from '../terminal.js';

const DEFAULT_LIMIT = 20;

/** `vdb history`: what was done to the host, from the journal that the host keeps. Only looks. */
export const history: Handler<{ limit?: string }> = async (context) => {
  const limit = limitOf(context.options.limit);
  return withConnection(context, async ({ host, hostConfig, config }) => {
    // A run has at most two lines, and another run's may come between them.
    const runs = await readHistory(host, config.paths.state, Math.max(2000, limit * 4));
    const entries = newestFirst(runs).slice(0, limit);
    for (const entry of entries) context.emit({ type: 'run', ...historyData(entry) });
    context.emit({ type: 'result', host: hostConfig.name, runs: entries.length, exit_code: EXIT.ok });
    if (context.global.json) return EXIT.ok;
    if (entries.length === 0) context.terminal.err(`vdb has not changed ${hostConfig.name} yet.`);
    else context.terminal.out(historyText(entries, context.terminal.color.out, lineWidth(context.terminal)));
    return EXIT.ok;
  });
};

/** By their beginning: a long run may have written its outcome after a shorter one. */
export function newestFirst(entries: readonly HistoryEntry[]): HistoryEntry[] {
  return [...entries].sort((a, b) => b.at.localeCompare(a.at));
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new VdbError(`--limit takes a number of runs, not "${text}"`, {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'vdb history --limit 20',
  });
}
