import ora from 'ora';
import type { BackupEvent, OnBackupEvent, PlannedPart } from '../../backup/create/events.js';
import { finishedText, partName, progressText } from '../../ui/backup/created.js';
import { shortened, styleFor } from '../../ui/style.js';
import type { Terminal } from '../context.js';

/** One line that moves for the part at work, and one that stays for each that is done. */
export function spinnerView({ color, columns }: Pick<Terminal, 'color' | 'columns'>): {
  onEvent: OnBackupEvent;
  end(): void;
} {
  const style = styleFor(color.err);
  const spinner = ora({ isEnabled: true, discardStdin: false, color: color.err ? 'cyan' : (false as never) });
  let width = 0;
  let since = performance.now();
  let phase = '';
  const line = (part: PlannedPart, text: string): string =>
    shortened(`${partName(part).padEnd(width)}  ${text}`.trimEnd(), columns - 3);
  const stay = (symbol: string, text: string): void => {
    spinner.stopAndPersist({ symbol, text });
  };
  const show: { [Type in BackupEvent['type']]: (event: Extract<BackupEvent, { type: Type }>) => void } = {
    started: ({ parts }) => {
      width = Math.min(32, Math.max(...parts.map((part) => partName(part).length)));
    },
    'part-started': ({ part }) => {
      since = performance.now();
      phase = '';
      spinner.start(line(part, ''));
    },
    'part-progress': ({ part, ...progress }) => {
      if (progress.phase !== phase) since = performance.now() - 1000;
      phase = progress.phase;
      const text = progressText(progress, performance.now() - since);
      spinner.text = shortened(`${partName(part)}  ${text}`, columns - 3);
    },
    'part-finished': ({ part, durationMs }) =>
      stay(style.green('✔'), line({ estimate: 0, ...part } as PlannedPart, finishedText(part, durationMs))),
    'part-gone': ({ part }) => stay(style.yellow('-'), line(part, 'gone')),
    remark: ({ text }) => {
      const wasSpinning = spinner.isSpinning;
      const before = spinner.text;
      stay(style.yellow('!'), text);
      if (wasSpinning) spinner.start(before);
    },
  };
  return { onEvent: (event) => show[event.type](event as never), end: () => spinner.stop() };
}
