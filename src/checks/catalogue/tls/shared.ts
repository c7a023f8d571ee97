import type { CheckContext } from '../../check.js';

/** What all checks of TLS have in common. */
export const shared = {
  group: 'tls',
  skip: ({ config }: CheckContext) =>
    config.networking.tls.mode === 'off' ? 'networking.tls.mode is off' : undefined,
  inspect: ({ config }: CheckContext) =>
    `openssl s_client -connect 127.0.0.1:${config.networking.edge.gateway_port} -showcerts </dev/null`,
} as const;

/** Applies in one mode only. */
export function onlyIn(mode: 'files' | 'acme'): (context: CheckContext) => string | undefined {
  return ({ config }) => {
    const { mode: have } = config.networking.tls;
    return have === mode ? undefined : `networking.tls.mode is ${have}`;
  };
}
