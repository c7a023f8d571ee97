import { type Script, sh } from '../host/shell.js';

export { renderQdrantConfig, renderQdrantEnvironment } from '../services/qdrant/config.js';
export { renderQdrantUnit } from '../services/qdrant/unit.js';

/** Passes when the Qdrant on this port is ready, and turns a call without a key away. */
export function qdrantReady(port: number): Script {
  const base = `http://127.0.0.1:${port}`;
  return sh`
    curl -q -fsS -o /dev/null --noproxy '*' --max-time 5 ${`${base}/readyz`} || exit 1
    code=$(curl -q -s -o /dev/null --noproxy '*' --max-time 5 -w '%{http_code}' ${`${base}/collections`})
    [ "$code" = 401 ] || { echo "Qdrant answers a call without a key with $code instead of 401" >&2; exit 1; }`;
}
