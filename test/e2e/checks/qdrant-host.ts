/** Bash for the lab host that brings its Qdrant, real or emulated, into states that checks must find. */

export const UNIT = 'qdrant@blue.service';
export const PORT = 6333;
export const ADMIN = '/opt/qdrant/config/.admin-header';
export const CONFIG = '/opt/qdrant/config/qdrant-blue.yaml';

/** The pid of the slot's process, for use in a script. */
export const PID = `$(systemctl show --property=MainPID --value ${UNIT})`;

const DROP_IN = `/run/systemd/system/${UNIT}.d`;

const UP = `for try in $(seq 150); do
  curl -fs -o /dev/null http://127.0.0.1:${PORT}/readyz && break; sleep 0.1
done`;

/** Starts anew and waits until it answers. Tests restart more often than the unit's limit of starts allows. */
export const RESTART = `systemctl daemon-reload; systemctl reset-failed ${UNIT} 2>/dev/null
systemctl restart ${UNIT} && ${UP}`;

/** Restarts it with variables in its environment, by a drop-in of somebody else's. */
export function withEnvironment(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `Environment="${name}=${value}"`);
  return `mkdir -p ${DROP_IN}; printf '%s\\n' '[Service]' ${lines.map((line) => `'${line}'`).join(' ')} \
    >${DROP_IN}/90-somebody.conf
${RESTART}`;
}

/** Starts it from a copy of its configuration file that is changed by `sed`, past what guards the file itself. */
export function withConfiguration(sed: string): string {
  const file = '/run/vdb-other.yaml';
  return `sed '${sed}' ${CONFIG} >${file}; chmod 0644 ${file}; mkdir -p ${DROP_IN}
printf '%s\\n' '[Service]' ExecStartPre= ExecStart= \
  'ExecStart=/opt/qdrant/slots/blue/qdrant --config-path ${file}' >${DROP_IN}/90-somebody.conf
${RESTART}`;
}

export const WITHOUT_ENVIRONMENT = `rm -f ${DROP_IN}/90-somebody.conf; rmdir ${DROP_IN} 2>/dev/null
${RESTART}`;

/** A request with the key that has every right. */
export function request(method: string, path: string, body?: unknown): string {
  const json =
    body === undefined ? '' : `-H 'content-type: application/json' --data-raw '${JSON.stringify(body)}'`;
  return `curl -fsS -o /dev/null -X ${method} -H @${ADMIN} ${json} 'http://127.0.0.1:${PORT}${path}'`;
}

const STUB = '/run/vdb-stub';

/** So long after it was first asked for, a path has the content of its file that ends in `.later`. */
export const LATER_SECONDS = 3;

/** Serves what was recorded, to whoever has a key; what everyone may see, to everyone. */
const SERVER = `
import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        if os.path.exists('hang'): time.sleep(30)
        name = self.path.split('?')[0].replace('/', '_')
        known = self.path in ('/', '/livez', '/readyz') or 'api-key' in self.headers
        status = 200 if known else 401
        if os.path.exists(name + '.status'): status = int(open(name + '.status').read())
        first = self.server.asked.setdefault(name, time.monotonic())
        late = time.monotonic() - first > ${LATER_SECONDS} and os.path.exists(name + '.later')
        path = name + '.later' if late else name
        body = open(path, 'rb').read() if known and os.path.exists(path) else b''
        self.send_response(status)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = answer
    do_POST = answer
    def log_message(self, *line): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', ${PORT}), Handler)
server.asked = {}
server.serve_forever()
`;

/**
 * Stops Qdrant and puts a stub in its place, with the answers that this very server just gave, changed by
 * `change`: bash in the directory of the answers, one file a path, with _ for /.
 */
export function stubInstead(change: string): string {
  return `set -e
rm -rf ${STUB}; mkdir -p ${STUB}; cd ${STUB}
cat >server.py <<'PYTHON'
${SERVER}
PYTHON
names=$(curl -fsS -H @${ADMIN} http://127.0.0.1:${PORT}/collections | grep -o '"name":"[^"]*"' | cut -d '"' -f 4)
for path in / /livez /readyz /collections /aliases /issues /metrics $(printf '/collections/%s ' $names); do
  curl -fsS -H @${ADMIN} "http://127.0.0.1:${PORT}$path" >"$(printf %s "$path" | tr / _)"
done
${change}
systemctl stop ${UNIT}
systemd-run --quiet --collect --unit=vdb-stub --working-directory=${STUB} python3 server.py
for try in $(seq 50); do ss -Hltn 'sport = :${PORT}' | grep -q . && break; sleep 0.1; done`;
}

/** Takes the stub away and starts Qdrant again. */
export const STUB_GONE = `systemctl stop vdb-stub 2>/dev/null; rm -rf ${STUB}
${RESTART}`;
