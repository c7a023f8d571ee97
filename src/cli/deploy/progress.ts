import type { DeployEvent } from '../../deploy/machine.js';
import { deployLine, phaseText } from '../../ui/deploy/progress.js';
import { shortened, styleFor } from '../../ui/style.js';
import type { CommandContext } from '../context.js';

/** Who follows a deploy: a person at a terminal, a machine, or a log. */
export interface DeployProgress {
  onEvent(event: DeployEvent): void;
  /** What the running phase says of itself; shown while it runs, on a terminal. */
  onLine(line: string): void;
  end(): void;
}

export async function deployProgress(context: CommandContext<unknown>): Promise<DeployProgress> {
  const { global, terminal, emit } = context;
  if (terminal.errIsTty && !global.quiet && !global.json && !global.verbose) return moving(context);
  return {
    onEvent(event) {
      emit(event);
      const line = deployLine(event);
      if (line !== null && !global.json) terminal.err(line);
    },
    onLine(line) {
      if (global.verbose && !global.json) terminal.err(`  ${line}`);
    },
    end() {},
  };
}

/** One line that moves for the phase at work, and one that stays for each that has ended. */
async function moving({ terminal: { color, columns } }: CommandContext<unknown>): Promise<DeployProgress> {
  const { default: ora } = await import('ora');
  const style = styleFor(color.err);
  const spinner = ora({ isEnabled: true, discardStdin: false, color: color.err ? 'cyan' : (false as never) });
  let running = '';
  const fits = (text: string): string => shortened(text, columns - 3);
  const symbols = {
    'phase.finished': style.green('✔'),
    'phase.failed': style.red('✘'),
    'withdraw.started': style.yellow('!'),
    'withdraw.finished': style.green('✔'),
  };
  return {
    onEvent(event) {
      if (event.type === 'phase.started') {
        running = phaseText(event.phase, event.title);
        spinner.start(fits(running));
        return;
      }
      spinner.stopAndPersist({ symbol: symbols[event.type], text: deployLine(event) ?? '' });
      if (event.type === 'withdraw.started') spinner.start('withdraw');
    },
    onLine(line) {
      spinner.text = fits(`${running}: ${line}`);
    },
    end: () => spinner.stop(),
  };
}
