import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { type GatewayInstance, gatewayInstances } from '../../../services/gateway/instances.js';
import { gatewayHeader } from '../../../services/gateway/place.js';
import type { CheckContext, Verdict } from '../../check.js';
import { type HttpAnswer, localHttp } from '../../probes/http.js';
import { worst } from '../../verdict.js';

/** What all checks of the gateway have in common. */
export const shared = {
  group: 'gateway',
  skip: ({ config }: CheckContext) => (config.gateway.enabled ? undefined : 'gateway.enabled is false'),
  inspect: (context: CheckContext) =>
    `journalctl -u '${instancesOf(context)[0]?.unit ?? 'api-gateway@*'}' -n 50 --no-pager`,
} as const;

/** Only the reference gateway is known well enough for these; one of their own has its health contract. */
export function skipForeign(context: CheckContext): string | undefined {
  const { from } = context.config.gateway.artifact;
  return (
    shared.skip(context) ??
    (from === 'reference' ? undefined : `the gateway is from ${from === 'image' ? 'an' : 'a'} ${from}`)
  );
}

/** How an image serves is its own affair, and its processes are not those of its unit. */
export function skipImage(context: CheckContext): string | undefined {
  return context.config.gateway.artifact.from === 'image' ? skipForeign(context) : shared.skip(context);
}

/** The replicas that should serve. */
export function instancesOf({ config }: CheckContext): GatewayInstance[] {
  return gatewayInstances(config);
}

/** A request to a replica, past the edge, by somebody without a key. */
export function asStranger({ port }: GatewayInstance, path: string, body?: string): Probe<HttpAnswer> {
  return ask(localHttp, { port, path, keyFile: null, ...(body === undefined ? {} : { body }) });
}

/** The same by who has the key of the configuration, which the host keeps in a file. */
export function asOwner(
  { config }: CheckContext,
  { port }: GatewayInstance,
  path: string,
): Probe<HttpAnswer> {
  const keyFile = config.gateway.api_key === '' ? null : gatewayHeader(config);
  return ask(localHttp, { port, path, keyFile });
}

/** Judges each replica by its observation; the worst decides. It is named where there are several. */
export function eachInstance<Have>(
  observations: readonly Observation<Have>[],
  context: CheckContext,
  judge: (observation: Observation<Have> | undefined, instance: GatewayInstance) => Verdict,
): Verdict {
  const instances = instancesOf(context);
  const verdicts = instances.map((instance, index) => {
    const verdict = judge(observations[index], instance);
    return instances.length === 1 ? verdict : { ...verdict, seen: `${instance.name}: ${verdict.seen}` };
  });
  return worst(verdicts, verdicts.map(({ seen }) => seen).join('; '));
}

/** The prefix of what is versioned: `/v1`, and nothing where versioning is off. */
export function versioned({ gateway: { versioning } }: CheckContext['config']): string {
  return versioning.enabled ? `/${versioning.prefix}` : '';
}

/** Said where nothing listens. */
export const SILENT = 'the gateway does not answer';

/** No answer, a refused key, or a server behind the gateway that is away: it says nothing of what was asked. */
export function isElsewhere(status: number): boolean {
  return [0, 401, 403, 502, 503, 504].includes(status);
}
