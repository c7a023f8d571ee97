import { edgePorts } from '../../../config/listeners.js';
import type { Observation } from '../../../host/probe.js';
import type { CheckContext, Verdict } from '../../check.js';
import type { Door } from '../../outside/tls.js';
import { whenThere, worst } from '../../verdict.js';

/** What all checks of TLS have in common. */
export const shared = {
  group: 'tls',
  skip: ({ config }: CheckContext) => {
    if (config.networking.tls.mode === 'off') return 'networking.tls.mode is off';
    return edgePorts(config).length === 0 ? 'the edge has nothing to serve' : undefined;
  },
  inspect: ({ config }: CheckContext) =>
    `openssl s_client -connect 127.0.0.1:${edgePorts(config)[0]} -showcerts </dev/null`,
} as const;

/** Judges each port of the edge by itself; the worst decides. The port is named where there are several. */
export function eachDoor<Seen>(
  doors: Observation<Door<Seen>[]> | undefined,
  judge: (seen: Seen) => Verdict,
): Verdict {
  return whenThere(doors, 'the edge was not looked at', (all) => {
    const named = (port: number, verdict: Verdict): Verdict =>
      all.length === 1 ? verdict : { ...verdict, seen: `port ${port}: ${verdict.seen}` };
    const verdicts = all.map(({ port, seen }) =>
      whenThere(seen, `port ${port} shows nothing`, (value) => named(port, judge(value))),
    );
    return worst(verdicts, verdicts.map(({ seen }) => seen).join('; '));
  });
}

/** Applies in one mode only. */
export function onlyIn(mode: 'files' | 'acme'): (context: CheckContext) => string | undefined {
  return (context) => {
    const { mode: have } = context.config.networking.tls;
    return have === mode ? shared.skip(context) : `networking.tls.mode is ${have}`;
  };
}
