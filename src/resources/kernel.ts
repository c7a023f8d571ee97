import { defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { summarise } from './ownership.js';

export { type HugepagesMode, transparentHugepages } from './hugepages.js';
export { type IoSchedulerOptions, ioScheduler } from './io-scheduler.js';

interface ModuleQuestion {
  name: string;
  container: boolean;
}

interface ModuleState {
  loaded: boolean;
  /** Named in the file that loads it when the system starts. */
  persisted: boolean;
}

/** A kernel module that is loaded now and when the system starts. A container can only look. */
export function kernelModule({ name, container }: ModuleQuestion): Resource {
  if (!/^[\w-]+$/.test(name)) throw new Error(`not a kernel module: ${name}`);
  return defineResource<ModuleState>({
    id: `module:${name}`,
    title: `kernel module ${name}`,
    probe: ask(moduleKind, { name, container }),
    diff: (have) => {
      const fields: FieldChange[] = [];
      if (!have?.loaded) fields.push({ field: 'state', have: 'not loaded', want: 'loaded' });
      if (!have?.persisted) fields.push({ field: modulesFile(name), have: 'not there', want: name });
      return fields.length === 0 ? null : { action: 'update', summary: summarise(fields), fields };
    },
    apply: (_change, have) => moduleCommands(name, have),
    explain: ({ stderr }) =>
      /not found in directory/.test(stderr)
        ? { meaning: `This kernel has no module ${name}.`, next: 'Remove it from the configuration.' }
        : null,
  });
}

function moduleCommands(name: string, have: ModuleState | null): Command[] {
  const persist = putCommand({ path: modulesFile(name), content: `${name}\n` });
  const load = { title: `load ${name}`, script: sh`modprobe -- ${name}` };
  return [...(have?.loaded ? [] : [load]), ...(have?.persisted ? [] : [persist])];
}

function modulesFile(name: string): string {
  return `/etc/modules-load.d/vdb-${name}.conf`;
}

/** Modules that are built in count as loaded. */
const moduleKind: ProbeKind<ModuleQuestion, ModuleState> = {
  name: 'kernel-module',
  script: (args) => {
    const names = [...new Set(args.map(({ name }) => name))];
    return sh`b=/lib/modules/$(uname -r)/modules.builtin
      for m in ${names}; do
      n=\${m//-/_}
      if [ -d "/sys/module/$n" ] || { [ -r "$b" ] && tr - _ <"$b" | grep -q "/$n\.ko"; }; then echo "L $m"; fi
      [ "$(cat "/etc/modules-load.d/vdb-$m.conf" 2>/dev/null)" = "$m" ] && echo "P $m"
      done
      true`;
  },
  parse: (stdout, args) => {
    const lines = new Set(stdout.split('\n'));
    return args.map(({ name, container }): Observation<ModuleState> => {
      const loaded = lines.has(`L ${name}`);
      const why = `the module ${name} is not loaded; it belongs to the machine around the container`;
      if (container && !loaded) return { status: 'foreign', why };
      return known({ loaded, persisted: container || lines.has(`P ${name}`) });
    });
  },
};
