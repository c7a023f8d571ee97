import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The names of all timers of systemd that are active. */
export const activeTimers: ProbeKind<null, string[]> = {
  name: 'active-timers',
  script: () => sh`
    systemctl list-units --type=timer --state=active --plain --no-legend --no-pager || exit 1
    echo end`,
  parse: (stdout) => {
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[0] ?? '');
    if (names.pop() !== 'end') throw new Error('the list of timers was cut');
    const stray = names.find((name) => !name.endsWith('.timer'));
    if (stray !== undefined) throw new Error(`systemctl: ${stray.slice(0, 80)}`);
    return [known(names)];
  },
};
