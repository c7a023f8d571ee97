import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** For which CPU a program is made: `uname -m`'s name, or the number of its ELF header; `script` for none. */
export type Machine = 'x86_64' | 'aarch64' | 'script' | `machine ${number}`;

/** e_machine of the ELF header, in elf(5) and linux/elf-em.h: EM_X86_64, EM_AARCH64. */
const MACHINES: Readonly<Record<number, Machine>> = { 62: 'x86_64', 183: 'aarch64' };

const HEADER_BYTES = 20;

/** The machine of each program, from the first bytes of its file; null where there is no such file. */
export const programMachine: ProbeKind<string, Machine> = {
  name: 'program-machine',
  script: (paths) => sh`
    for path in ${paths}; do
    [ -e "$path" ] || { echo absent; continue; }
    echo $(od -An -v -tx1 -N ${HEADER_BYTES} -- "$path" 2>/dev/null)
    done`,
  parse: (stdout, paths) => {
    const lines = stdout.split('\n');
    return paths.map((path, index) => machineOf(path, lines[index] ?? ''));
  },
};

function machineOf(path: string, line: string): Observation<Machine> {
  if (line === 'absent') return known<Machine>(null);
  if (/^23 21( [0-9a-f]{2})*$/.test(line)) return known<Machine>('script');
  const header = Buffer.from(line.replaceAll(' ', ''), 'hex');
  if (!/^7f 45 4c 46 0[12] 0[12]( [0-9a-f]{2}){14}$/.test(line))
    return { status: 'unknown', why: `${path} is neither a program nor a script` };
  const code = header[5] === 1 ? header.readUInt16LE(18) : header.readUInt16BE(18);
  return known<Machine>(MACHINES[code] ?? `machine ${code}`);
}
