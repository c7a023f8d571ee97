import type { Config } from '../../../config/schema.js';
import { ask } from '../../../host/probe.js';
import { type Check, defineCheck, type Verdict } from '../../check.js';
import { type Account, accounts, type SudoRules, sudoRules, superusers } from '../../probes/accounts.js';
import { expect, fail, pass, skip, whenKnown, whenThere, worst } from '../../verdict.js';

/** Root is the only root. */
export const uid0 = defineCheck<string[]>({
  id: 'access.uid0',
  group: 'access',
  severity: 'critical',
  title: 'User id 0 is root alone',
  looksAt: 'the accounts with user id 0',
  why: 'A second account with this number is root under another name: the oldest back door there is.',
  probe: () => ask(superusers, null),
  judge: ([names]) =>
    whenThere(names, 'the accounts could not be listed', (all) =>
      expect(
        all.every((name) => name === 'root'),
        all.join(', '),
        'root',
      ),
    ),
  remedy: 'Find out who made the account and what it did, then remove it.',
  inspect: () => "getent passwd | awk -F: '$3 == 0'",
});

/** Groups whose members can become root. */
const ROOT_GROUPS = ['root', 'sudo', 'admin', 'wheel', 'docker', 'lxd', 'disk', 'shadow'];

/** The accounts of the services; PostgreSQL's has a shell, which the distribution's tools use. */
function serviceAccounts({ postgres, redis }: Config): { name: string; shell: boolean }[] {
  return [
    { name: 'qdrant', shell: false },
    ...(redis.enabled ? [{ name: 'redis', shell: false }] : []),
    ...(postgres.enabled ? [{ name: 'postgres', shell: true }] : []),
  ];
}

/** Who breaks out of a service gets no further. */
export const serviceUsers = defineCheck<Account>({
  id: 'access.service-users',
  group: 'access',
  severity: 'error',
  title: 'The accounts of the services can do nothing else',
  looksAt: 'shell, password, groups and rules of sudo of the accounts of Qdrant, Redis and PostgreSQL',
  why: 'Who breaks out of a service has its account; with a way to root he has the host.',
  probe: ({ config }) => serviceAccounts(config).map(({ name }) => ask(accounts, name)),
  judge: (observations, { config }) => {
    const wanted = serviceAccounts(config);
    const verdicts = wanted.map(({ name, shell }, index) =>
      whenThere(observations[index], `there is no account ${name}`, (account) =>
        judgeAccount(name, account, shell),
      ),
    );
    return worst(verdicts, wanted.map(({ name }) => name).join(', '));
  },
  remedy:
    'Take the rights away: usermod -s /usr/sbin/nologin, passwd -l, gpasswd -d, or remove the rule of sudo.',
  inspect: ({ config }) =>
    serviceAccounts(config)
      .map(({ name }) => `id ${name}; passwd -S ${name}; sudo -l -U ${name}`)
      .join('; '),
});

function judgeAccount(
  name: string,
  { shell, locked, groups, sudo }: Account,
  mayHaveShell: boolean,
): Verdict {
  const closed = mayHaveShell || /\/(nologin|false)$/.test(shell);
  const powers = groups.filter((group) => ROOT_GROUPS.includes(group));
  const findings = [
    ...(closed ? [] : [`has the shell ${shell}`]),
    ...(locked ? [] : ['has a password']),
    ...(powers.length === 0 ? [] : [`is in ${powers.join(', ')}`]),
    ...(sudo === true ? ['may use sudo'] : []),
  ];
  if (findings.length === 0) return pass(name);
  const expected = 'no login, a locked password, no group and no rule that leads to root';
  return fail(`${name} ${findings.join(', ')}`, expected);
}

/** The rules of sudo are readable to sudo. */
export const sudoers = defineCheck<SudoRules>({
  id: 'access.sudoers',
  group: 'access',
  severity: 'error',
  title: 'The rules of sudo are valid',
  looksAt: 'what visudo -c says of /etc/sudoers and what it includes',
  why: 'With a mistake in them sudo refuses everyone, vdb included, or ignores the rule.',
  probe: () => ask(sudoRules, null),
  judge: ([rules]) =>
    whenKnown(rules, (value) => {
      if (value === null) return skip('sudo is not installed');
      return expect(value.valid, value.said, 'every file parsed');
    }),
  remedy: 'Keep a root shell open, then correct the file with visudo -f.',
  inspect: () => 'visudo -c',
});

export const accountChecks: readonly Check[] = [uid0, serviceUsers, sudoers];
