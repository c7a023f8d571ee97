import { CATALOGUE } from '../../checks/catalogue/index.js';
import { type Check, type CheckContext, limitOf } from '../../checks/check.js';
import { inspectOf } from '../../checks/inspect.js';
import { scriptsOf } from '../../checks/scripts.js';
import { selectChecks } from '../../checks/select.js';
import { EXIT, VdbError } from '../../errors.js';
import { logsInAsRoot } from '../../host/open.js';
import type { Observation } from '../../host/probe.js';
import { quote } from '../../host/shell.js';
import { adminHeader } from '../../services/qdrant/place.js';
import {
  catalogueList,
  type ExplainView,
  explainData,
  explainText,
  type InConfiguration,
} from '../../ui/check/explain.js';
import type { CommandContext, Handler } from '../context.js';
import { globalFlags } from '../global-options.js';
import { chooseHost, loadForRun } from '../session.js';
import { lineWidth } from '../terminal.js';

const WAIVER_DAYS = 30;

/** `vdb check explain [ID...]`: what checks look at and why, without looking. With `--verbose` their scripts too. */
export const explain: Handler = async (context) => {
  const { args, global, terminal, emit } = context;
  const checks = args.length === 0 ? CATALOGUE : selectChecks(CATALOGUE, { words: args });
  const expires = new Date(Date.now() + WAIVER_DAYS * 86_400_000).toISOString().slice(0, 10);
  const known = args.length > 0 && global.verbose ? await contextWithoutHost(context) : undefined;
  const here = (check: Check) => (known === undefined ? undefined : inConfiguration(check, known));
  if (global.json) {
    const data = checks.map((check) => explainData(check, expires, here(check)));
    emit({ type: 'result', checks: data, exit_code: EXIT.ok });
    return EXIT.ok;
  }
  const view: ExplainView = {
    color: terminal.color.out,
    columns: lineWidth(terminal),
    flags: globalFlags(global).map(quote),
    expires,
  };
  terminal.out(
    args.length === 0
      ? catalogueList(CATALOGUE, view)
      : checks.map((check) => explainText(check, view, here(check))).join('\n\n'),
  );
  return EXIT.ok;
};

/** What the configuration says, and nothing of the host. Undefined, and said so, where there is no configuration. */
async function contextWithoutHost(context: CommandContext): Promise<CheckContext | undefined> {
  try {
    const { config } = await loadForRun(context);
    const unseen: Observation<never> = { status: 'unknown', why: 'the host was not asked' };
    const hostConfig = chooseHost(config, context.global.host);
    return {
      config,
      hostConfig,
      isRoot: await logsInAsRoot(hostConfig, context.env),
      slot: config.qdrant.active_slot,
      keyFile: adminHeader(config),
      facts: unseen,
      journal: unseen,
      healthChecks: unseen,
      skew: unseen,
      now: new Date(),
    };
  } catch (error) {
    if (!(error instanceof VdbError) || error.details.code !== 'config.missing') throw error;
    context.terminal.err(`The scripts depend on the configuration, and there is none: ${error.message}`);
    return undefined;
  }
}

function inConfiguration(check: Check, context: CheckContext): InConfiguration {
  const skip = check.skip?.(context);
  const limit = limitOf(check, context);
  const inspect = inspectOf(check, context);
  return {
    scripts: skip === undefined ? scriptsOf(check, context) : [],
    ...(skip === undefined ? {} : { skip }),
    ...(inspect === undefined ? {} : { inspect }),
    ...(Number.isNaN(limit) ? {} : { limit }),
  };
}
