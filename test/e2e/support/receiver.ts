import type { LabHost } from '../../support/lab.js';

/** Where the receiver listens, on the host's loopback. */
export const RECEIVER = 'http://127.0.0.1:18099';

const PLACE = '/run/e2e-receiver';

const PROGRAM = `
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        line = {"path": self.path, "key": self.headers.get("Authorization"), "alerts": body["alerts"]}
        with open("${PLACE}/received", "a") as file:
            print(json.dumps(line), file=file)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass

HTTPServer(("127.0.0.1", 18099), Receiver).serve_forever()
`;

/** One alert as it was posted. */
export interface Received {
  path: string;
  key: string | null;
  name: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Starts a program that writes down what is posted to it. */
export async function startReceiver(host: LabHost): Promise<void> {
  await host.inside(
    `mkdir -p ${PLACE} && touch ${PLACE}/received && cat >${PLACE}/receiver.py &&
     systemd-run --quiet --unit=e2e-receiver python3 ${PLACE}/receiver.py`,
    PROGRAM,
  );
}

/** Everything that was posted since it was started. */
export async function received(host: LabHost): Promise<Received[]> {
  const lines = (await host.inside(`cat ${PLACE}/received`)).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { path, key, alerts } = JSON.parse(line) as Pick<Received, 'path' | 'key'> & {
      alerts: Pick<Received, 'status' | 'labels' | 'annotations'>[];
    };
    return alerts.map((alert) => ({ ...alert, path, key, name: alert.labels.alertname ?? '' }));
  });
}
