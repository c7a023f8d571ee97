import { ask } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type SshdLogin, sshdLogin } from '../../probes/sshd.js';
import { fail, pass, skip, warn, whenKnown } from '../../verdict.js';

const shared = {
  group: 'access',
  looksAt:
    "sshd's effective configuration for a stranger from outside (sshd -T), its Match blocks, and whether the running sshd has read it",
  probe: () => ask(sshdLogin, null),
  inspect: () =>
    "sshd -T | grep -iE 'permitrootlogin|passwordauth|kbdinteractive'; grep -rin ^match /etc/ssh",
} as const;

/** Nobody guesses the password of root. */
export const rootLogin = defineCheck<SshdLogin>({
  ...shared,
  id: 'access.root-login',
  severity: 'critical',
  title: 'Root cannot log in with a password',
  why: 'Every SSH server is tried with passwords of root all day; one guess is the whole host.',
  judge: ([login], context) => whenSshd(login, context, judgeRoot),
  remedy: 'Set PermitRootLogin prohibit-password in /etc/ssh/sshd_config.d, then reload sshd.',
});

function judgeRoot({ rootLogin: value, rootPassword, passwords, matches }: SshdLogin): Verdict {
  const expected = 'PermitRootLogin prohibit-password or no, or no passwords at all';
  if (value === 'yes' && rootPassword)
    return fail('permitrootlogin yes, and passwords are accepted', expected);
  const asksRoot = matches.filter(({ setting }) => setting === 'permitrootlogin');
  const asksPassword = rootPassword || passwords.length > 0 || matches.length > asksRoot.length;
  if (asksRoot.length > 0 && asksPassword) return blocks(asksRoot, expected);
  const loosened = matches.filter(({ setting }) => setting !== 'permitrootlogin');
  if (value === 'yes' && loosened.length > 0) return blocks(loosened, expected);
  return pass(`permitrootlogin ${value}${value === 'yes' ? ', passwords refused' : ''}`);
}

/** Keys only. */
export const passwordLogin = defineCheck<SshdLogin>({
  ...shared,
  id: 'access.password-login',
  severity: 'error',
  title: 'Nobody can log in with a password',
  why: 'Passwords are guessed and reused; keys are not.',
  judge: ([login], context) =>
    whenSshd(login, context, ({ passwords, matches }) => {
      const expected = 'passwordauthentication no, kbdinteractiveauthentication no';
      if (passwords.length > 0) return fail(passwords.map((name) => `${name} yes`).join(', '), expected);
      const loosened = matches.filter(({ setting }) => setting !== 'permitrootlogin');
      return loosened.length === 0 ? pass('keys only') : blocks(loosened, expected);
    }),
  remedy:
    'See that each account has a key that works, set PasswordAuthentication and KbdInteractiveAuthentication to no, reload sshd.',
});

/** A host that is reached by SSH has an sshd, wherever that is. */
function whenSshd(
  login: Parameters<typeof whenKnown<SshdLogin>>[0],
  { hostConfig }: CheckContext,
  judge: (value: SshdLogin) => Verdict,
): Verdict {
  return whenKnown(login, (value) => {
    if (value !== null) return asRunning(judge(value), value);
    if (hostConfig.connection === 'local') return skip('there is no sshd');
    return { status: 'unknown', seen: 'sshd was not found, although SSH leads here' };
  });
}

/** What holds on disk holds for the running sshd only when it has read that. */
function asRunning(verdict: Verdict, { changed }: SshdLogin): Verdict {
  if (verdict.status !== 'pass' || changed?.length === 0) return verdict;
  const expected = 'an sshd that has read its configuration since it changed';
  const when =
    changed === null
      ? 'when sshd read that is not known'
      : `sshd was not reloaded since ${changed.join(', ')} changed`;
  return warn(`on disk ${verdict.seen}, but ${when}`, expected);
}

function blocks(matches: SshdLogin['matches'], expected: string): Verdict {
  const lines = matches.map(({ criteria, setting }) => `Match ${criteria}: ${setting} yes`);
  if (lines.length === 1) return fail(lines[0] as string, expected);
  return fail(`${lines.length} Match blocks allow it`, expected, lines);
}
