import { assertEnabled } from '../../database/errors.js';
import { type ApiKey, isOwnKey, keysOf, scopesOf } from '../../database/keys.js';
import { askCitadel, runCitadel } from '../../database/run.js';
import { EXIT, VdbError } from '../../errors.js';
import { confirmTyped } from '../../ui/confirm.js';
import { keyData, keysText } from '../../ui/database/keys.js';
import type { CommandContext, Handler } from '../context.js';
import { assertCurrent } from '../database/ready.js';
import { underLock } from '../locked.js';
import { promptLine } from '../prompt.js';
import { type Accept, type Session, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

const enabled: Accept = ({ config }) => assertEnabled(config.postgres);

/** `vdb db keys list`: the keys of the gateway, without the keys themselves. Only looks. */
export const list: Handler = (context) =>
  withSession(
    context,
    async (session) => {
      await assertCurrent(session);
      const keys = await keysOn(session);
      const { emit, global, terminal } = context;
      const now = new Date();
      emit({ type: 'result', keys: keys.map((key) => keyData(key, now)), exit_code: EXIT.ok });
      if (global.json) return EXIT.ok;
      if (keys.length === 0) terminal.err('There is no key. Make one: vdb db keys issue NAME --scopes read');
      else terminal.out(keysText(keys, { now, color: terminal.color.out, width: lineWidth(terminal) }));
      return EXIT.ok;
    },
    enabled,
  );

async function keysOn({ host, config }: Session): Promise<ApiKey[]> {
  const request = { failure: 'The keys were not listed', args: ['key', 'list'] };
  return keysOf(await askCitadel(host, config, request));
}

interface IssueFlags {
  scopes?: string;
  expires?: string;
}

/** `vdb db keys issue NAME --scopes …`: makes a key. It is written to stdout, once; only a hash of it is kept. */
export const issue: Handler<IssueFlags> = async (context) => {
  const name = context.args[0] as string;
  const scopes = scopesOf(context.options.scopes ?? '');
  const expires = expiryOf(context.options.expires);
  return withSession(
    context,
    async (session) => {
      const args = ['key', 'issue', '--name', name, '--scopes', scopes.join(','), ...expires];
      const request = { failure: `The key ${name} was not issued`, args };
      const answer = await changeKey(context, session, request, `issue the key ${name}`);
      const { id, key } = answer as { id: unknown; key: unknown };
      if (typeof key !== 'string') throw new Error('the database layer gave no key');
      context.emit({ type: 'result', id: String(id), name, scopes, key, changed: 1, exit_code: EXIT.ok });
      if (context.global.json) return EXIT.ok;
      context.terminal.out(key);
      context.terminal.err(
        `Key ${id}, ${name}, may ${scopes.join(', ')}. It is shown this once: keep it now.`,
      );
      return EXIT.ok;
    },
    enabled,
  );
};

/** `vdb db keys revoke ID`: the gateway refuses the key from now on. */
export const revoke: Handler = async (context) => {
  const id = context.args[0] as string;
  if (!/^\d+$/.test(id)) throw usage(`A key is revoked by its number, not by "${id}"`, 'vdb db keys list');
  return withSession(
    context,
    async (session) => {
      await assertCurrent(session);
      const keys = await keysOn(session);
      const own = keys.some((key) => key.id === id && isOwnKey(key, session.config.gateway.api_key));
      if (own) await confirmOwn(context, id);
      const request = { failure: `The key ${id} was not revoked`, args: ['key', 'revoke', id] };
      const none = usage(`There is no key ${id} in force`, 'vdb db keys list');
      await changeKey(context, session, request, `revoke the key ${id}`, ({ revoked }) => {
        if (revoked !== true) throw none;
      });
      context.emit({ type: 'result', id, changed: 1, exit_code: EXIT.ok });
      if (context.global.json) return EXIT.ok;
      context.terminal.err(`Key ${id} is revoked: the gateway refuses it within seconds.`);
      if (own) context.terminal.err(OWN_IS_GONE);
      return EXIT.ok;
    },
    enabled,
  );
};

const OWN_IS_GONE =
  'It was the key of the configuration. Give gateway.api_key another value, then: vdb provision --only 1.2';

/** Throws unless somebody means it: vdb itself is refused from then on. */
function confirmOwn({ global, terminal }: CommandContext<unknown>, id: string): Promise<void> {
  return confirmTyped({
    what: `Revoking the key of the configuration (${id})`,
    warning: `Key ${id} is gateway.api_key of the configuration: without it checks fail, and it can never be put in force again.`,
    ...{ expected: id, yes: global.yes, interactive: terminal.interactive, say: terminal.alert },
    ask: promptLine,
  });
}

function changeKey(
  context: CommandContext<unknown>,
  session: Session,
  request: Parameters<typeof runCitadel>[2],
  title: string,
  accept: (answer: Record<string, unknown>) => void = () => {},
): Promise<Record<string, unknown>> {
  return underLock(
    context,
    session,
    async () => {
      await assertCurrent(session);
      const answer = await runCitadel(session.host, session.config, request, { title });
      accept(answer);
      return answer;
    },
    () => ({ status: 'done', changed: 1, failed: [] }),
  );
}

/** The last day on which the key is let in, in UTC. */
function expiryOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  const end = new Date(`${text}T23:59:59Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(end.getTime()))
    throw usage(`--expires takes a day such as 2030-01-31, not "${text}"`, 'vdb db keys issue --help');
  if (end <= new Date()) throw usage(`--expires is in the past: ${text}`, 'vdb db keys issue --help');
  return ['--expires-at', end.toISOString()];
}

function usage(message: string, next: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next });
}
