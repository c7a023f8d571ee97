import { CATALOGUE } from '../../checks/catalogue/index.js';
import type { Check } from '../../checks/check.js';
import { firstLook } from '../../checks/look.js';
import { activeSlot } from '../../checks/place.js';
import { blockingIds, type CheckResult, countsOf, isReady } from '../../checks/result.js';
import { runChecks } from '../../checks/run.js';
import { selectChecks } from '../../checks/select.js';
import { parseWait, waitUntil } from '../../checks/wait.js';
import { assertWaivers } from '../../checks/waivers.js';
import { lookAll } from '../../engine/plan.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { checkData, checkText } from '../../ui/check.js';
import { duration } from '../../ui/style.js';
import type { CommandContext, GlobalOptions, Handler } from '../context.js';
import { type Session, withSession } from '../session.js';

export interface CheckOptions {
  wait?: string;
}

/** One round of checks on a host. */
interface Round {
  host: string;
  results: CheckResult[];
  commands: number;
  durationMs: number;
}

/** `vdb check`: is the server ready, and does it equal its configuration? */
export const check: Handler<CheckOptions> = async (context) => {
  const checks = selectChecks(CATALOGUE, context.args);
  const { wait } = context.options;
  if (wait === undefined) {
    const round = await withSession(context, (session) => runRound(session, checks));
    return report(context, round, isReady(round.results) ? EXIT.ok : EXIT.notReady);
  }
  const { seen, timedOut } = await waitForReady(context, checks, parseWait(wait));
  if (seen instanceof VdbError) throw neverAnswered(seen, wait);
  return report(context, seen, timedOut ? EXIT.timeout : EXIT.ok);
};

async function runRound(session: Session, checks: readonly Check[]): Promise<Round> {
  const started = performance.now();
  const { host, config, gate } = session;
  assertWaivers(CATALOGUE, config.checks.waivers);
  const { TASKS } = await import('../../../tasks/index.js');
  const { facts, state } = await firstLook(host, config);
  const results = await runChecks(host, checks, {
    context: { config, slot: activeSlot(config, state), keyFile: adminHeader(config) },
    lookAtPlan: () => {
      if (facts.status !== 'known' || facts.value === null)
        throw new Error('the facts of the host are not known');
      return lookAll(host, TASKS, { config, facts: facts.value });
    },
  });
  return {
    host: session.hostConfig.name,
    results: results.map((result) => masked(result, (text) => gate.redactor.mask(text))),
    commands: host.commandCount,
    durationMs: performance.now() - started,
  };
}

/** No result may carry a secret, whatever a service said. */
function masked(result: CheckResult, mask: (text: string) => string): CheckResult {
  const { seen, expected, details } = result;
  return {
    ...result,
    seen: mask(seen),
    ...(expected === undefined ? {} : { expected: mask(expected) }),
    ...(details === undefined ? {} : { details: details.map(mask) }),
  };
}

/** Each look has a connection of its own, so a host that restarts meanwhile is waited for too. */
function waitForReady(context: CommandContext<CheckOptions>, checks: readonly Check[], budgetMs: number) {
  return waitUntil<Round | VdbError>({
    budgetMs,
    look: async () => {
      try {
        return await withSession(context, (session) => runRound(session, checks));
      } catch (error) {
        if (isPassing(error)) return error;
        throw error;
      }
    },
    missing: (seen) => (seen instanceof VdbError ? ['the host to answer'] : waitingFor(seen.results)),
    onWaiting: (missing, elapsedMs) => {
      context.emit({ type: 'check.waiting', for: missing, elapsed_ms: Math.round(elapsedMs) });
      const time = `${duration(elapsedMs)} of ${duration(budgetMs)}`;
      if (!context.global.json) context.terminal.err(`Waiting for ${missing.join(', ')} (${time})`);
    },
  });
}

/** What passes by itself: a host that is down. A refused key does not. */
function isPassing(error: unknown): error is VdbError {
  const codes = ['host.unreachable', 'host.connection-lost'];
  return error instanceof VdbError && codes.includes(error.details.code);
}

function neverAnswered(cause: VdbError, wait: string): VdbError {
  const { host, next } = cause.details;
  return new VdbError(`The host did not answer within ${wait}: ${cause.message}`, {
    code: 'check.timeout',
    exitCode: EXIT.timeout,
    ...(host === undefined ? {} : { host }),
    ...(next === undefined ? {} : { next }),
    cause,
  });
}

function waitingFor(results: readonly CheckResult[]): string[] {
  if (isReady(results)) return [];
  const ids = blockingIds(results);
  return ids.length === 0 ? ['anything to look at'] : ids;
}

function report(context: CommandContext<CheckOptions>, round: Round, exitCode: ExitCode): ExitCode {
  const { results, host, durationMs } = round;
  const { terminal, global, emit } = context;
  const flags = flagsOf(global);
  for (const result of results) emit({ type: 'check.result', ...checkData(result, flags) });
  emit({
    type: 'result',
    status: exitCode === EXIT.ok ? 'ready' : exitCode === EXIT.timeout ? 'timed-out' : 'not-ready',
    host,
    counts: countsOf(results),
    blocking: blockingIds(results),
    ssh_commands: round.commands,
    duration_ms: Math.round(durationMs),
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  terminal.out(
    checkText(results, {
      host,
      durationMs,
      flags,
      color: terminal.color.out,
      columns: terminal.columns,
      verbose: global.verbose,
    }),
  );
  if (exitCode === EXIT.timeout) terminal.err(`Timed out after ${context.options.wait}.`);
  return exitCode;
}

/** The global options that a copied command needs too. */
function flagsOf({ lab, config, host }: GlobalOptions): string[] {
  return Object.entries({ lab, config, host }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}
