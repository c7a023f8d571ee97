import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { file } from './file.js';
import { service } from './service.js';
import { unitFile } from './unit.js';

export { type IoSchedulerOptions, ioScheduler } from './io-scheduler.js';

interface ModuleQuestion {
  name: string;
  container: boolean;
}

/** A kernel module that is loaded now and when the system starts. A container can only look. */
export function kernelModule({ name, container }: ModuleQuestion): Resource[] {
  if (!/^[\w-]+$/.test(name)) throw new Error(`not a kernel module: ${name}`);
  const loaded = defineResource<'loaded'>({
    id: `module:${name}`,
    title: `kernel module ${name}`,
    probe: ask(moduleKind, { name, container }),
    diff: (have) => (have === null ? { action: 'update', summary: 'load the module' } : null),
    apply: () => [{ title: `load ${name}`, script: sh`modprobe -- ${name}` }],
  });
  if (container) return [loaded];
  return [file({ path: `/etc/modules-load.d/vdb-${name}.conf`, content: `${name}\n` }), loaded];
}

/** Modules that are built in count as loaded. */
const moduleKind: ProbeKind<ModuleQuestion, 'loaded'> = {
  name: 'kernel-module',
  script: (args) => {
    const names = [...new Set(args.map(({ name }) => name.replaceAll('-', '_')))];
    return sh`b=/lib/modules/$(uname -r)/modules.builtin
      for m in ${names}; do
      if [ -d /sys/module/"$m" ] || tr - _ 2>/dev/null <"$b" | grep -q "/$m\.ko"; then echo "$m"; fi
      done 2>/dev/null
      true`;
  },
  parse: (stdout, args) => {
    const loaded = new Set(stdout.split('\n'));
    return args.map(({ name, container }): Observation<'loaded'> => {
      if (loaded.has(name.replaceAll('-', '_'))) return known('loaded' as const);
      const why = `the module ${name} is not loaded; it belongs to the machine around the container`;
      return container ? { status: 'foreign', why } : known<'loaded'>(null);
    });
  },
};

export type HugepagesMode = 'always' | 'madvise' | 'never';

interface HugepagesQuestion {
  mode: HugepagesMode;
  container: boolean;
}

const HUGEPAGES = '/sys/kernel/mm/transparent_hugepage/enabled';
const HUGEPAGES_UNIT = 'vdb-hugepages.service';

/** The mode of transparent huge pages, now and, by a oneshot unit, after each start of the system. */
export function transparentHugepages({ mode, container }: HugepagesQuestion): Resource[] {
  const running = defineResource<HugepagesMode>({
    id: 'hugepages:transparent',
    title: `transparent huge pages ${mode}`,
    probe: ask(hugepagesKind, { mode, container }),
    diff: (have) =>
      have === mode ? null : { action: 'update', summary: `${have ?? 'unknown'}, want ${mode}` },
    apply: () => [
      { title: `set transparent huge pages to ${mode}`, script: sh`printf %s ${mode} >${HUGEPAGES}` },
    ],
  });
  if (container) return [running];
  const unit = unitFile({ name: HUGEPAGES_UNIT, content: renderHugepagesUnit(mode) });
  return [unit, service({ unit: HUGEPAGES_UNIT }), running];
}

/** A kernel without huge pages never uses them. */
const hugepagesKind: ProbeKind<HugepagesQuestion, HugepagesMode> = {
  name: 'hugepages',
  script: () => sh`if [ -e ${HUGEPAGES} ]; then cat ${HUGEPAGES}; else echo '[never]'; fi`,
  parse: (stdout, args) => {
    const have = /\[(always|madvise|never)\]/.exec(stdout)?.[1] as HugepagesMode | undefined;
    if (have === undefined) throw new Error('no mode of huge pages');
    const why = `transparent huge pages are "${have}"; they belong to the machine around the container`;
    return args.map(({ mode, container }) =>
      container && have !== mode ? { status: 'foreign', why: `${why}; want ${mode}` } : known(have),
    );
  },
};

function renderHugepagesUnit(mode: HugepagesMode): string {
  return `[Unit]
Description=Set transparent huge pages to ${mode}
DefaultDependencies=no
After=sysinit.target local-fs.target
Before=basic.target
ConditionPathExists=${HUGEPAGES}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'printf %%s ${mode} >${HUGEPAGES}'

[Install]
WantedBy=basic.target
`;
}
