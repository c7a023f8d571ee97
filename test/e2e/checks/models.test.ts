import { expect, test } from 'vitest';
import type { Document } from 'yaml';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const PASSWORD = 'only-the-service-may-see-this';

/** An embedding service that answers as its path says, and 500 when its password is in any argv of the host. */
const SERVICE = `
import glob, http.server, json, time
def argv(file):
    try: return open(file, "rb").read()
    except OSError: return b""
class Service(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        shown = any(b"${PASSWORD.slice(0, 10)}" + b"${PASSWORD.slice(10)}" in argv(f) for f in glob.glob("/proc/[0-9]*/cmdline"))
        wanted = self.headers.get("authorization") is not None and len(asked["input"]) == 1
        one = [0.5] * (5 if self.path == "/small" else 384)
        if self.path == "/slow": time.sleep(2.2)
        body = {"/openai": {"data": [{"embedding": one}]}, "/garbage": "sorry"}.get(self.path, {"embeddings": [one]})
        code = 500 if self.path == "/error" or shown or not wanted else 200
        self.send_response(code); self.end_headers(); self.wfile.write(json.dumps(body).encode())
http.server.ThreadingHTTPServer(("127.0.0.1", 7997), Service).serve_forever()
`;

const START = `cat > /run/vdb-test-models.py <<'EOF'\n${SERVICE}\nEOF
  systemd-run -q --unit=vdb-test-models python3 /run/vdb-test-models.py
  for i in $(seq 50); do curl -s -o /dev/null -m 1 127.0.0.1:7997 && break; sleep 0.1; done`;
const STOP = 'systemctl stop vdb-test-models; rm -f /run/vdb-test-models.py';

/** Two models, the second as the path says. */
const models =
  (path: string, more: Record<string, unknown> = {}) =>
  (document: Document): void => {
    const url = (at: string): string => `http://vdb:${PASSWORD}@127.0.0.1:7997${at}`;
    document.setIn(['models'], {
      first: { url: url('/openai'), collection: 'general' },
      second: { url: url(path), collection: 'general', ...more },
    });
  };

onSharedHost('an embedding service', (host) => {
  test('answers with embeddings that fit, to the password that its address holds and nobody else sees', async () => {
    try {
      await host().inside(START);
      const ended = await vdbWith(host(), models('/'), 'check models --json');
      expect(resultsOf(ended).get('models.healthy')).toMatchObject({ status: 'pass', seen: '2 answered' });
      expect(resultsOf(ended).get('models.dimension')).toMatchObject({ status: 'pass', seen: '2 fit' });
      expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
    } finally {
      await host().inside(STOP);
    }
  });

  const broken = (id: string, path: string, seen: RegExp, more?: Record<string, unknown>) =>
    expectFound(host(), {
      id,
      seen,
      configure: models(path, more),
      break: START,
      mend: STOP,
      relatives: [/^models\./],
    });

  test('does not run', () =>
    expectFound(host(), {
      id: 'models.healthy',
      seen: /^2 of 2\nfirst: nothing listens there\nsecond: nothing listens there$/,
      configure: models('/'),
      break: 'true',
      mend: 'true',
      relatives: ['models.dimension'],
    }));

  test('answers with an error', () => broken('models.healthy', '/error', /^second: answers 500$/));

  test('takes longer than its timeout', () =>
    broken('models.healthy', '/slow', /^second: no answer in time$/));

  test('answers within its timeout, but slowly', () =>
    broken('models.healthy', '/slow', /^second: answered in 2\.[2-9]\d s$/, { timeout_seconds: 5 }));

  test('gives embeddings of another size', () => broken('models.dimension', '/small', /^second: 5 numbers$/));

  test('gives something else', () =>
    broken('models.dimension', '/garbage', /^second: an answer without an embedding$/));
});
