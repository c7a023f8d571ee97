import type { LabHost } from '../../support/lab.js';

/** Where mail is taken, on the host's loopback. */
export const MAIL_SINK = '127.0.0.1:18025';

const PLACE = '/run/e2e-mail';

/** Takes every mail from who logs in, without TLS: on loopback alone a client gives its password like that. */
const PROGRAM = `
import asyncio, base64, email, email.policy, json

async def serve(reader, writer):
    async def say(line):
        writer.write(line.encode() + b"\\r\\n")
        await writer.drain()

    mail = {"account": None, "to": []}
    await say("220 sink")
    while line := (await reader.readline()).decode().strip():
        verb = line.upper()
        if verb.startswith("EHLO"):
            await say("250-sink\\r\\n250 AUTH PLAIN")
        elif verb.startswith("AUTH PLAIN"):
            mail["account"] = base64.b64decode(line.split()[2]).decode().split("\\0")[1:]
            await say("235 known")
        elif verb.startswith("RCPT"):
            mail["to"].append(line.partition(":")[2].strip(" <>"))
            await say("250 taken")
        elif verb == "DATA":
            await say("354 go on")
            content = await reader.readuntil(b"\\r\\n.\\r\\n")
            message = email.message_from_bytes(content[:-3], policy=email.policy.default)
            mail |= {"from": message["From"], "subject": message["Subject"]}
            mail["body"] = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
            with open("${PLACE}/received", "a") as file:
                print(json.dumps(mail), file=file)
            await say("250 taken")
        elif verb == "QUIT":
            break
        else:
            await say("250 so be it")
    await say("221 bye")
    writer.close()

async def main():
    server = await asyncio.start_server(serve, *"${MAIL_SINK}".split(":"))
    await server.serve_forever()

asyncio.run(main())
`;

/** A mail as it was taken. */
export interface Mail {
  /** Who logged in, and with which password; null: nobody did. */
  account: [name: string, password: string] | null;
  to: string[];
  from: string;
  subject: string;
  body: string;
}

/** Starts a mail server that writes down what it is given. */
export async function startMailSink(host: LabHost): Promise<void> {
  await host.inside(
    `mkdir -p ${PLACE} && touch ${PLACE}/received && cat >${PLACE}/sink.py &&
     systemd-run --quiet --unit=e2e-mail python3 ${PLACE}/sink.py`,
    PROGRAM,
  );
}

/** Everything that was sent since it was started. */
export async function mails(host: LabHost): Promise<Mail[]> {
  const lines = (await host.inside(`cat ${PLACE}/received`)).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Mail);
}
