import ora from 'ora';
import type { OnBenchEvent, Stage } from '../../bench/events.js';
import { stageText } from '../../ui/bench/words.js';
import { duration, shortened, styleFor } from '../../ui/style.js';
import type { CommandContext } from '../context.js';

export interface BenchView {
  onEvent: OnBenchEvent;
  end(): void;
}

/** Names of parts, so that what follows stands in a column. */
const WIDTH = 28;

/** Shows how a benchmark goes on: a line that moves on a terminal, a line for each part in a pipe, or NDJSON. */
export function benchView({ global, terminal, emit }: CommandContext): BenchView {
  if (global.json) return { onEvent: jsonView(emit), end: () => {} };
  if (!terminal.errIsTty || global.quiet || global.verbose)
    return { onEvent: plainView(terminal.err), end: () => {} };
  return spinnerView(terminal);
}

function lineOf(stage: Stage, text: string): string {
  return `${stageText(stage).padEnd(WIDTH)}  ${text}`.trimEnd();
}

function plainView(say: (text: string) => void): OnBenchEvent {
  return (event) => {
    if (event.type === 'finished') say(`${lineOf(event.stage, event.text)} (${duration(event.durationMs)})`);
    if (event.type === 'remark') say(event.text);
  };
}

function jsonView(emit: CommandContext['emit']): OnBenchEvent {
  return (event) => {
    if (event.type === 'progress') return;
    if (event.type === 'remark') emit({ type: 'remark', text: event.text });
    else if (event.type === 'started')
      emit({ type: 'stage.started', ...event.stage, stage: event.stage.name });
    else
      emit({
        ...{ type: 'stage.finished', ...event.stage, stage: event.stage.name },
        ...{ text: event.text, duration_ms: Math.round(event.durationMs) },
      });
  };
}

function spinnerView({ color, columns }: CommandContext['terminal']): BenchView {
  const style = styleFor(color.err);
  const spinner = ora({ isEnabled: true, discardStdin: false, color: color.err ? 'cyan' : (false as never) });
  const fitting = (text: string): string => shortened(text, columns - 3);
  return {
    onEvent(event) {
      if (event.type === 'started') spinner.start(fitting(lineOf(event.stage, '')));
      if (event.type === 'progress') spinner.text = fitting(lineOf(event.stage, event.text));
      if (event.type === 'finished')
        spinner.stopAndPersist({ symbol: style.green('✔'), text: fitting(lineOf(event.stage, event.text)) });
      if (event.type === 'remark') spinner.stopAndPersist({ symbol: style.yellow('!'), text: event.text });
    },
    end: () => spinner.stop(),
  };
}
