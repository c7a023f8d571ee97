import { setBy } from '../gateway-environment.js';
import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function grpcDoorLeadsSomewhere({ gateway, networking: { edge } }: Config): Violation[] {
  if (!gateway.enabled || edge.gateway_grpc_port === undefined || gateway.grpc_port !== null) return [];
  const message = 'leads nowhere: gateway.grpc_port is null';
  return [{ path: ['networking', 'edge', 'gateway_grpc_port'], message }];
}

/** What vdb sets has one place, or the file and the process would say different things. */
function environmentIsFree({ gateway }: Config): Violation[] {
  const maps = ['environment', 'secrets'] as const;
  return maps.flatMap((map) =>
    Object.keys(gateway[map]).flatMap((name) => {
      const by = setBy(name);
      const twice = map === 'secrets' && Object.hasOwn(gateway.environment, name);
      const at = (message: string): Violation => ({ path: ['gateway', map, name], message });
      return [
        ...(by === undefined ? [] : [at(by)]),
        ...(twice ? [at('stands in gateway.environment too: it can have one value')] : []),
      ];
    }),
  );
}

export const gatewayRules: readonly Rule[] = [
  { needs: ['gateway', 'networking'], check: grpcDoorLeadsSomewhere },
  { needs: ['gateway'], check: environmentIsFree },
];
