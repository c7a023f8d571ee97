import { defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { sha256 } from './file.js';
import { summarise } from './ownership.js';

export type HugepagesMode = 'always' | 'madvise' | 'never';

export interface HugepagesOptions {
  mode: HugepagesMode;
  container: boolean;
}

interface HugepagesState {
  running: HugepagesMode;
  /** The unit that sets the mode at each start is there, for this mode, and enabled. */
  persisted: boolean;
}

const SETTING = '/sys/kernel/mm/transparent_hugepage/enabled';
const UNIT = 'vdb-hugepages.service';
const UNIT_PATH = `/etc/systemd/system/${UNIT}`;

/** The mode of transparent huge pages, now and, by a oneshot unit, after each start of the system. */
export function transparentHugepages(options: HugepagesOptions): Resource {
  const { mode } = options;
  return defineResource<HugepagesState>({
    id: 'hugepages:transparent',
    title: `transparent huge pages ${mode}`,
    probe: ask(hugepagesKind, options),
    diff: (have) => {
      const fields: FieldChange[] = [];
      if (have?.running !== mode)
        fields.push({ field: 'mode', have: have?.running ?? 'unknown', want: mode });
      if (!have?.persisted)
        fields.push({ field: UNIT, have: 'not in effect', want: `set ${mode} at each start` });
      return fields.length === 0 ? null : { action: 'update', summary: summarise(fields), fields };
    },
    apply: (_change, have) => hugepagesCommands(mode, have),
  });
}

/** A kernel without huge pages never uses them. */
const hugepagesKind: ProbeKind<HugepagesOptions, HugepagesState> = {
  name: 'hugepages',
  script: () => sh`if [ -e ${SETTING} ]; then cat ${SETTING}; else echo '[never]'; fi
    systemctl is-enabled ${UNIT} 2>/dev/null
    sha256sum ${UNIT_PATH} 2>/dev/null || true`,
  parse: (stdout, args) => {
    const running = /\[(always|madvise|never)\]/.exec(stdout)?.[1] as HugepagesMode | undefined;
    if (running === undefined) throw new Error('no mode of huge pages');
    const enabled = /^enabled$/m.test(stdout);
    return args.map(({ mode, container }): Observation<HugepagesState> => {
      const why = `transparent huge pages are "${running}", want "${mode}"; they belong to the machine around the container`;
      if (container && running !== mode) return { status: 'foreign', why };
      return known({
        running,
        persisted: container || (enabled && stdout.includes(sha256(renderUnit(mode)))),
      });
    });
  },
};

function hugepagesCommands(mode: HugepagesMode, have: HugepagesState | null): Command[] {
  const set = { title: `set transparent huge pages to ${mode}`, script: sh`printf %s ${mode} >${SETTING}` };
  const persist = [
    putCommand({ path: UNIT_PATH, content: renderUnit(mode) }),
    { title: `enable ${UNIT}`, script: sh`systemctl daemon-reload && systemctl enable ${UNIT}` },
  ];
  return [...(have?.running === mode ? [] : [set]), ...(have?.persisted ? [] : persist)];
}

function renderUnit(mode: HugepagesMode): string {
  return `[Unit]
Description=Set transparent huge pages to ${mode}
DefaultDependencies=no
After=sysinit.target local-fs.target
Before=basic.target
ConditionPathExists=${SETTING}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'printf %%s ${mode} >${SETTING}'

[Install]
WantedBy=basic.target
`;
}
