import { baselineFile, readBaseline, saveBaseline } from '../../bench/baselines.js';
import type { Dataset } from '../../bench/data/dataset.js';
import { threadedGenerator } from '../../bench/load/threads.js';
import { processorOf } from '../../bench/processor.js';
import type { Profile } from '../../bench/profile.js';
import { assertMix } from '../../bench/requests/mix.js';
import { startSampler } from '../../bench/resources.js';
import type { BenchResult } from '../../bench/result.js';
import { runBench } from '../../bench/run.js';
import { wayOf } from '../../bench/ways.js';
import type { Config } from '../../config/schema.js';
import { qdrantUnit } from '../../deploy/qdrant/slot.js';
import type { OperationOutcome } from '../../engine/operation.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { benchText } from '../../ui/bench/text.js';
import { version } from '../../version.js';
import { datasetOf } from '../bench/dataset.js';
import { assertReportable, writeReport } from '../bench/files.js';
import { type BenchOptions, profileOf } from '../bench/options.js';
import { type BenchView, benchView } from '../bench/view.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Configured, type Session, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

type Context = CommandContext<BenchOptions>;

/** `vdb bench`: how much the server does, how fast, and how exact, under a load that hides nothing. */
export const bench: Handler<BenchOptions> = async (context) => {
  const { options, cwd } = context;
  if (options.report !== undefined) await assertReportable(options.report, cwd);
  let asked: Asked | undefined;
  const accept = ({ config }: Configured): void => {
    asked = askedOf(context, config);
  };
  const run = async (session: Session): Promise<ExitCode> => {
    const { hostConfig, file } = session;
    const place = { configuration: file, host: hostConfig.name, cwd };
    const saveTo = options.save === undefined ? undefined : baselineFile(file, hostConfig.name, options.save);
    const baseline =
      options.compare === undefined
        ? undefined
        : { name: options.compare, result: await readBaseline(options.compare, place) };
    const view = benchView(context);
    try {
      const result = await measured(context, session, { ...asked!, baseline, view });
      view.end();
      return await tell(context, result, saveTo);
    } finally {
      view.end();
    }
  };
  return withSession(context, run, accept).finally(() => asked?.dataset.close());
};

interface Asked {
  profile: Profile;
  dataset: Dataset;
}

/** What is to be measured; what is wrong with it is told before anything is connected to. */
function askedOf({ options, cwd }: Context, config: Config): Asked {
  const profile = profileOf(options, config);
  assertMix(
    profile,
    profile.paths.map((name) => wayOf(config, name)),
  );
  return { profile, dataset: datasetOf(profile, { cwd, asked: options.points !== undefined }) };
}

interface Prepared extends Asked {
  baseline: { name: string; result: BenchResult } | undefined;
  view: BenchView;
}

/** Under the lock, so that neither a deploy nor another benchmark is beside it, and the journal says whose load that was. */
async function measured(
  context: Context,
  session: Session,
  { profile, dataset, baseline, view }: Prepared,
): Promise<BenchResult> {
  const { host, config, hostConfig, facts } = session;
  const processor = await processorOf(host);
  const generator = threadedGenerator(profile.threads);
  try {
    return await underLock(
      context,
      session,
      (signal) =>
        runBench({
          ...{ config, profile, dataset, generator, signal, onEvent: view.onEvent },
          ...(baseline === undefined ? {} : { baseline }),
          about: {
            vdb: version(),
            host: {
              ...{
                name: hostConfig.name,
                processor,
                cpus: facts.cpus,
                memory: facts.memory,
                os: facts.os.name,
              },
              over_ssh: host.reach !== undefined,
            },
          },
          forward: (port) => host.forward(port),
          sample: () => startSampler(host, qdrantUnit(config.qdrant.active_slot)),
        }),
      outcomeOf,
    );
  } finally {
    await generator.close();
  }
}

function outcomeOf({ gates }: BenchResult): OperationOutcome {
  return { status: 'done', changed: 0, failed: gates.filter(({ ok }) => !ok).map(({ name }) => name) };
}

async function tell(context: Context, result: BenchResult, saveTo: string | undefined): Promise<ExitCode> {
  const { terminal, global, emit, options, cwd } = context;
  const passed = result.gates.every(({ ok }) => ok);
  const exitCode = passed ? EXIT.ok : EXIT.notReady;
  const files = options.report === undefined ? [] : await writeReport(options.report, cwd, result);
  if (saveTo !== undefined) {
    await saveBaseline(saveTo, result);
    files.push(saveTo);
  }
  emit({ type: 'result', status: passed ? 'passed' : 'missed', ...result, files, exit_code: exitCode });
  if (global.json) return exitCode;
  terminal.out(benchText(result, { color: terminal.color.out, width: lineWidth(terminal) }));
  for (const file of files) terminal.err(`Written: ${file}`);
  return exitCode;
}
