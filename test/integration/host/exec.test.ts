import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import type { Transport } from '../../../src/host/transport.js';
import { sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';

const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing)('commands over ssh', () => {
  let sshd: TestSshd;
  let transport: Transport;

  beforeAll(async () => {
    sshd = await startSshd();
    transport = await connectSsh(targetOf(sshd.hop()));
  });
  afterAll(async () => {
    await transport?.close();
    await sshd?.stop();
  });

  it('returns output, error output and exit code', async () => {
    const result = await transport.exec("bash -c 'echo out; echo err >&2; exit 3'");
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });
});
