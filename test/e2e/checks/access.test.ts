import { expect, test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { expectFound } from './breakage.js';

const SSHD = '/etc/ssh/sshd_config.d/00-e2e.conf';

/** On disk alone: what runs goes on as it was, so that nobody is locked out or let in. */
function sshd(...lines: string[]): string {
  return `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >${SSHD}`;
}

/** The running sshd must read it again: what changed since is a warning. */
const MEND = `rm ${SSHD} && sleep 0.1 && systemctl reload ssh && sleep 0.5`;

const API_KEY = "$(sed -n 's/^api-key: //p' /opt/qdrant/config/.admin-header)";

onSharedHost('breaking access', (host) => {
  test('root may log in with a password', () =>
    expectFound(host(), {
      id: 'access.root-login',
      seen: /permitrootlogin yes, and passwords are accepted/,
      relatives: ['access.password-login'],
      break: sshd('PermitRootLogin yes', 'PasswordAuthentication yes'),
      mend: MEND,
    }));

  test('passwords are accepted by keyboard', () =>
    expectFound(host(), {
      id: 'access.password-login',
      seen: /^kbdinteractiveauthentication yes$/,
      relatives: ['access.root-login'],
      break: sshd('KbdInteractiveAuthentication yes'),
      mend: MEND,
    }));

  test('passwords are accepted from somebody', () =>
    expectFound(host(), {
      id: 'access.password-login',
      seen: /^Match User deploy: passwordauthentication yes$/,
      relatives: ['access.root-login'],
      break: sshd('Match User deploy', '  PasswordAuthentication yes'),
      mend: MEND,
    }));

  test('the host keys were replaced on disk', () =>
    expectFound(host(), {
      id: 'access.host-key',
      seen: /SHA256:/,
      break: `mkdir /root/e2e-keys && mv /etc/ssh/ssh_host_* /root/e2e-keys
        ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key`,
      mend: 'rm /etc/ssh/ssh_host_*; mv /root/e2e-keys/* /etc/ssh; rmdir /root/e2e-keys',
    }));

  test('a second account is root', () =>
    expectFound(host(), {
      id: 'access.uid0',
      seen: /^root, toor$/,
      break: "echo 'toor:x:0:0::/root:/bin/bash' >>/etc/passwd",
      mend: "sed -i '/^toor:/d' /etc/passwd",
    }));

  test('an account of a service is in a group that leads to root', () =>
    expectFound(host(), {
      id: 'access.service-users',
      seen: /^redis is in sudo, may use sudo$/,
      break: 'usermod -aG sudo redis',
      mend: 'gpasswd -d redis sudo',
    }));

  test('an account of a service has a shell and a password', () =>
    expectFound(host(), {
      id: 'access.service-users',
      seen: /^qdrant has the shell \/bin\/bash, has a password$/,
      relatives: ['drift'],
      break: 'usermod -s /bin/bash qdrant; echo qdrant:$(openssl rand -hex 12) | chpasswd',
      mend: 'usermod -s /usr/sbin/nologin -p "!" qdrant',
    }));

  test('a rule of sudo cannot be read', () =>
    expectFound(host(), {
      id: 'access.sudoers',
      seen: /\/etc\/sudoers\.d\/e2e/,
      break: "echo 'nobody may nothing' >/etc/sudoers.d/e2e; chmod 0440 /etc/sudoers.d/e2e",
      mend: 'rm /etc/sudoers.d/e2e',
    }));

  test('a file with a secret is open', () =>
    expectFound(host(), {
      id: 'access.secret-modes',
      seen: /\.env: 0644 root:root/,
      relatives: ['drift'],
      break: 'chmod 0644 /opt/citadel/.env',
    }));

  test('a secret is in the arguments of a process and in a unit', () =>
    expectFound(host(), {
      id: 'access.secret-exposure',
      seen: /arguments of process \d+ sh\nin \/run\/systemd\/transient\/e2e-argv\.service/,
      break: `systemd-run --quiet --unit=e2e-argv --description=e2e sh -c 'sleep 600; :' "${API_KEY}"`,
      mend: 'systemctl stop e2e-argv',
    }));

  test('a secret is in a drop-in', () =>
    expectFound(host(), {
      id: 'access.secret-exposure',
      seen: /in \/etc\/systemd\/system\/e2e\.service\.d\/key\.conf/,
      break: `mkdir /etc/systemd/system/e2e.service.d
        printf '[Service]\\nEnvironment=KEY=%s\\n' "${API_KEY}" >/etc/systemd/system/e2e.service.d/key.conf`,
      mend: 'rm -r /etc/systemd/system/e2e.service.d',
    }));

  test('no secret is said when one was found', async () => {
    await host().inside(
      `systemd-run --quiet --unit=e2e-argv --description=e2e sh -c 'sleep 600; :' "${API_KEY}"`,
    );
    try {
      const { stdout, stderr } = await host().vdb('check access --json --verbose');
      expect(stdout).toContain('arguments of process');
      for (const secret of host().secrets) expect(stdout + stderr).not.toContain(secret);
    } finally {
      await host().inside('systemctl stop e2e-argv');
    }
  });

  test('a secret of the documents stands in a file', () =>
    expectFound(host(), {
      id: 'access.placeholders',
      seen: /^\/opt\/citadel\/config\/e2e\.env:2$/,
      break: `printf '# POSTGRES_PASSWORD=changeme\\nPOSTGRES_PASSWORD=secure_password_123\\n' >/opt/citadel/config/e2e.env`,
      mend: 'rm /opt/citadel/config/e2e.env',
    }));
});
