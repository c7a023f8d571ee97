import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/**
 * The public keys that sshd has on disk, `ssh-ed25519 AAAA…`: of each private key its own half, since that is what sshd will
 * show; of one that cannot be read the file beside it.
 */
export const hostKeys: ProbeKind<null, string[]> = {
  name: 'host-keys',
  script: () => sh`
    for key in /etc/ssh/ssh_host_*_key; do
    [ -e "$key" ] || continue
    { ssh-keygen -y -P '' -f "$key" 2>/dev/null || cat -- "$key.pub" 2>/dev/null; } || echo "unreadable $key"
    done
    echo end`,
  parse: (stdout) => {
    const lines = stdout.trimEnd().split('\n');
    if (lines.pop() !== 'end') throw new Error('the list of keys was cut');
    const keys = lines.map((line) => line.split(' ').slice(0, 2).join(' '));
    const unreadable = keys.find((key) => !/^(ssh|ecdsa|sk)-\S+ AAAA\S+$/.test(key));
    if (unreadable !== undefined) throw new Error(unreadable.slice(0, 80));
    return [known(keys)];
  },
};
