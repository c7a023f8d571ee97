import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

interface ClockState {
  /** chronyd answers. */
  running: boolean;
  /** `Normal`, or `Not synchronised`. */
  leap: string;
}

/** Waits this long for the first synchronisation. */
const WAIT_SECONDS = 180;

/** A clock that chrony keeps right. The clock of a container is its machine's. */
export function timeSync({ container }: { container: boolean }): Resource {
  return defineResource<ClockState>({
    id: 'time:sync',
    title: 'clock synchronised by chrony',
    probe: ask(clockKind, { container }),
    diff: clockDiff,
    apply: () => [
      {
        title: 'wait until the clock is synchronised',
        script: sh`chronyc -n waitsync ${WAIT_SECONDS / 10} 0 0 10 >&2`,
        timeoutSeconds: WAIT_SECONDS + 30,
      },
    ],
    explain: ({ stderr }) => explainClock(stderr),
  });
}

const clockKind: ProbeKind<{ container: boolean }, ClockState> = {
  name: 'time',
  script: () => sh`chronyc -n tracking 2>&1 || true`,
  parse: (stdout, args) => {
    const leap = /^Leap status +: (.*)$/m.exec(stdout)?.[1]?.trim() ?? '';
    return args.map(({ container }): Observation<ClockState> => {
      if (container && leap !== 'Normal') {
        return { status: 'foreign', why: 'the clock belongs to the machine around the container' };
      }
      return known({ running: leap !== '', leap });
    });
  },
};

function clockDiff(have: ClockState | null): Change | null {
  if (have?.leap === 'Normal') return null;
  const state = have?.running ? have.leap.toLowerCase() : 'chrony does not answer';
  return { action: 'run', summary: `${state}; wait for its time sources` };
}

function explainClock(stderr: string): { meaning: string; next: string } | null {
  if (/Cannot talk to daemon|506/.test(stderr)) {
    return {
      meaning: 'chronyd does not run.',
      next: 'Read its journal on the host: journalctl -u chrony -n 50',
    };
  }
  const next =
    'On the host: chronyc -n sources. NTP needs UDP port 123 to the outside, or a server of your own.';
  return { meaning: 'chrony has found no time source that it trusts.', next };
}
