import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/host/command.js';
import { Gate } from '../../../src/host/gate.js';
import { sh } from '../../../src/host/shell.js';

const SECRET = `it's "one" $ecret`;

function gateWithSecret(): Gate {
  const gate = new Gate();
  gate.redactor.add(SECRET);
  gate.open();
  return gate;
}

describe('the gate', () => {
  it.each<[string, Command]>([
    ['in the script', { title: 'log in', script: sh`psql ${SECRET}` }],
    ['in base64', { title: 'log in', script: sh`echo ${Buffer.from(SECRET).toString('base64')}` }],
    ['URL-encoded', { title: 'log in', script: sh`curl ${`http://h/?k=${encodeURIComponent(SECRET)}`}` }],
    ['in JSON', { title: 'log in', script: sh`curl -d ${JSON.stringify({ key: SECRET })}` }],
  ])('refuses a command with a secret %s, without repeating it', (how, command) => {
    const gate = gateWithSecret();
    expect(() => gate.admit('root@db:22', command), how).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining(SECRET),
        details: expect.objectContaining({ code: 'gate.secret-in-argv', exitCode: 1, host: 'root@db:22' }),
      }),
    );
  });

  it('lets a secret pass on standard input', () => {
    const command = { title: 'log in', script: sh`cat >/dev/null`, stdin: SECRET };
    expect(() => gateWithSecret().admit('root@db:22', command)).not.toThrow();
  });

  it('refuses everything before it is open and after it was closed', () => {
    const command = { title: 'look', script: sh`:` };
    const gate = new Gate();
    const closed = expect.objectContaining({ details: expect.objectContaining({ code: 'gate.closed' }) });
    expect(() => gate.admit('root@db:22', command)).toThrow(closed);
    gate.open();
    expect(() => gate.admit('root@db:22', command)).not.toThrow();
    gate.close();
    expect(() => gate.admit('root@db:22', command)).toThrow(closed);
  });
});
