import { type Script, sh } from '../host/shell.js';

/** Passes when the instance at this address answers as its health contract says. */
export function gatewayReady(url: string, { path, status }: { path: string; status: number }): Script {
  return sh`
    code=$(curl -q -s -o /dev/null --noproxy '*' --max-time 5 -w '%{http_code}' ${`${url}${path}`})
    [ "$code" = ${status} ] || { echo ${`${path} of the gateway answers`} "$code" ${`instead of ${status}`} >&2; exit 1; }`;
}
