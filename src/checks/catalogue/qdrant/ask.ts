import { ask, type Probe } from '../../../host/probe.js';
import { readOnlyHeader } from '../../../services/qdrant/place.js';
import type { CheckContext } from '../../check.js';
import { slotUnit } from '../../place.js';
import { type HttpAnswer, localHttp } from '../../probes/http.js';

export const SILENT = 'Qdrant does not answer';

/** A keyless request to the active slot. */
export function asStranger({ config, slot }: CheckContext, path: string): Probe<HttpAnswer> {
  return ask(localHttp, { port: config.qdrant.slots[slot].http, path, keyFile: null });
}

/** A request to the active slot with an empty key. */
export function withEmptyKey({ config, slot }: CheckContext, path: string): Probe<HttpAnswer> {
  return ask(localHttp, { port: config.qdrant.slots[slot].http, path, keyFile: null, emptyKey: true });
}

/** A request to the active slot with the key that has every right. `body` makes it a POST. */
export function withKey(
  { config, slot, keyFile }: CheckContext,
  path: string,
  body?: string,
): Probe<HttpAnswer> {
  const question = { port: config.qdrant.slots[slot].http, path, keyFile };
  return ask(localHttp, body === undefined ? question : { ...question, body });
}

/** A request to the active slot with the key that only reads. */
export function withReadOnlyKey({ config, slot }: CheckContext, path: string): Probe<HttpAnswer> {
  return ask(localHttp, {
    port: config.qdrant.slots[slot].http,
    path,
    keyFile: readOnlyHeader(config),
  });
}

/** The command that shows the end of the slot's log. */
export function log({ slot }: CheckContext): string {
  return `journalctl -u ${slotUnit(slot)} -n 50 --no-pager`;
}
