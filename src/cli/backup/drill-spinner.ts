import ora from 'ora';
import type { DrillEvent, OnDrillEvent } from '../../backup/drill/events.js';
import { drilledName, drilledText } from '../../ui/backup/drilled.js';
import { bytesText } from '../../ui/backup/progress.js';
import { shortened, styleFor } from '../../ui/style.js';
import type { Terminal } from '../context.js';

/** One line that moves for the part at work, and one that stays for each that is done. */
export function drillSpinner({ color, columns }: Pick<Terminal, 'color' | 'columns'>): {
  onEvent: OnDrillEvent;
  end(): void;
} {
  const style = styleFor(color.err);
  const spinner = ora({ isEnabled: true, discardStdin: false, color: color.err ? 'cyan' : (false as never) });
  let width = 0;
  let begun = performance.now();
  const line = (name: string, text: string): string =>
    shortened(`${name.padEnd(width)}  ${text}`.trimEnd(), columns - 3);
  const show: { [Type in DrillEvent['type']]: (event: Extract<DrillEvent, { type: Type }>) => void } = {
    started: ({ manifest }) => {
      begun = performance.now();
      width = Math.min(32, Math.max(...manifest.parts.map((part) => drilledName(part).length)));
      spinner.start(line('hashes', ''));
    },
    hashing: ({ done, total }) => {
      spinner.text = line('hashes', bytesText(done, total, performance.now() - begun));
    },
    'part-started': ({ part }) => {
      if (spinner.text.startsWith('hashes')) spinner.stop();
      spinner.start(line(drilledName(part), ''));
    },
    'part-finished': ({ part }) => {
      const symbol =
        part.findings.length > 0
          ? style.red('✘')
          : part.skipped === undefined
            ? style.green('✔')
            : style.yellow('-');
      spinner.stopAndPersist({ symbol, text: line(drilledName(part), drilledText(part)) });
    },
  };
  return { onEvent: (event) => show[event.type](event as never), end: () => spinner.stop() };
}
