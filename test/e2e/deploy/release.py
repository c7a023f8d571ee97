#!/usr/bin/python3
"""A release of Qdrant that does as the files in /run/vdb-fault say, in front of the release at @PROGRAM@.

`gone`: it does not start. `slow`: each answer over HTTP takes longer. `broken`: every third request for points fails.
"""

import http.client
import http.server
import os
import re
import signal
import subprocess
import sys
import time


def is_asked_for(fault):
    return os.path.exists(f"/run/vdb-fault/{fault}")


if "--version" in sys.argv:
    print("qdrant @VERSION@")
    sys.exit()
if is_asked_for("gone"):
    sys.exit(1)

with open(sys.argv[sys.argv.index("--config-path") + 1]) as file:
    port = int(re.search(r"^  http_port: (\d+)", file.read(), re.MULTILINE)[1])
inner = port + 2000
# What comes as a file may not execute memory that it writes, and the engine of the emulator has to be told so.
environment = {**os.environ, "QDRANT__SERVICE__HTTP_PORT": str(inner), "NODE_OPTIONS": "--jitless"}
program = subprocess.Popen(["@PROGRAM@", *sys.argv[1:]], env=environment)
signal.signal(signal.SIGTERM, lambda *_: sys.exit())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if is_asked_for("slow"):
            time.sleep(1.5)
        Handler.asked += 1
        if is_asked_for("broken") and "/points" in self.path and Handler.asked % 3 == 0:
            return self.say(500, "application/json", b'{"status":{"error":"broken"}}')
        connection = http.client.HTTPConnection("127.0.0.1", inner, timeout=600)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        self.say(answer.status, answer.getheader("content-type", "text/plain"), answer.read())
        connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def say(self, status, kind, body):
        head = f"HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256

    def service_actions(self):
        if program.poll() is not None:
            sys.exit(program.returncode)


def is_open():
    connection = http.client.HTTPConnection("127.0.0.1", inner)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


try:
    while not is_open():
        if program.poll() is not None:
            sys.exit(program.returncode)
        time.sleep(0.1)
    with Server(("127.0.0.1", port), Handler) as server:
        server.serve_forever(poll_interval=0.2)
finally:
    program.terminate()
    program.wait()
