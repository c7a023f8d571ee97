import type { Config } from '../../config/schema.js';

/** The account that the gateway runs as. */
export const GATEWAY_USER = 'gateway';

/** A curl header file on the host with the key of the configuration, so that no command line holds it. */
export function gatewayHeader({ paths }: Config): string {
  return `${paths.root}/config/.gateway-header`;
}
