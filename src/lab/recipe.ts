import { createHash } from 'node:crypto';

/** The release that a lab host runs when no other base image is asked for. */
export const LAB_CODENAME = 'trixie';

/** What a lab host has from the start; everything else is installed by the tasks, as on a real server. */
export const LAB_PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'iproute2',
  'ca-certificates',
  'procps',
  'python3',
  'nodejs',
  'curl',
] as const;

/** Units that cannot work in a container; left alone they would make the host look degraded. */
const MASKED_UNITS = [
  'systemd-modules-load.service',
  'systemd-firstboot.service',
  'getty.target',
  'console-getty.service',
];

/** Makes a system with {@link LAB_PACKAGES} into a lab host. Runs as root inside the image. */
export const SETUP_SCRIPT = `set -eu
rm -f /usr/sbin/policy-rc.d /etc/apt/apt.conf.d/docker-clean /etc/apt/apt.conf.d/docker-gzip-indexes
rm -f /etc/ssh/ssh_host_*
: > /etc/machine-id
systemctl mask ${MASKED_UNITS.join(' ')}
systemctl disable ssh.socket 2>/dev/null || true
systemctl enable ssh.service
systemctl set-default multi-user.target
mkdir -p /etc/ssh/sshd_config.d /etc/vdb-lab
printf '%s\\n' 'PasswordAuthentication no' 'PermitRootLogin prohibit-password' 'UseDNS no' \\
  'AuthorizedKeysFile .ssh/authorized_keys /etc/vdb-lab/authorized_keys' > /etc/ssh/sshd_config.d/vdb-lab.conf
useradd --create-home --shell /bin/bash ops
printf 'ops ALL=(ALL) NOPASSWD: ALL\\n' > /etc/sudoers.d/ops
chmod 0440 /etc/sudoers.d/ops
`;

/** Installs the packages where the base image comes from a registry. */
const INSTALL_SCRIPT = `set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends ${LAB_PACKAGES.join(' ')}
apt-get clean
`;

/** The container build on top of `base`; reads `setup.sh` and `install.sh` from its context. */
export function containerfile(base: string): string {
  return [
    `FROM ${base}`,
    'COPY install.sh setup.sh /tmp/',
    'RUN sh /tmp/install.sh && sh /tmp/setup.sh && rm /tmp/install.sh /tmp/setup.sh',
    'CMD ["/sbin/init"]',
    '',
  ].join('\n');
}

/** The files of the build context, by name. */
export function buildContext(base: string): Record<string, string> {
  return { Containerfile: containerfile(base), 'install.sh': INSTALL_SCRIPT, 'setup.sh': SETUP_SCRIPT };
}

/** The tag under which an image of this recipe is kept. Another base or recipe has another tag. */
export function imageTag(base: string | undefined): string {
  const recipe = JSON.stringify(buildContext(base ?? LAB_CODENAME));
  const hash = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  return `localhost/vdb-lab:${base === undefined ? LAB_CODENAME : slug(base)}-${hash}`;
}

function slug(image: string): string {
  return image
    .replace(/^.*\//, '')
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .toLowerCase();
}
