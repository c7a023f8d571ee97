import { challengePorts, edgePorts } from '../src/config/listeners.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { file } from '../src/resources/file.js';
import { kernelModule, transparentHugepages } from '../src/resources/kernel.js';
import { limitsFile } from '../src/resources/limits.js';
import { nftRuleset, renderRuleset } from '../src/resources/nftables.js';
import { service } from '../src/resources/service.js';
import { swapFile } from '../src/resources/swap.js';
import { sysctl } from '../src/resources/sysctl.js';
import { timeSync } from '../src/resources/time.js';
import { template } from '../src/templates.js';

const SYSCTL_FILE = '/etc/sysctl.d/60-vdb.conf';

const packages: SubTask = {
  id: '0.2.1',
  title: 'Base packages',
  criterion: 'The tools that the other tasks and checks use are installed',
  resources: ({ config }) => [
    aptPackages({
      name: 'base',
      packages: ['ca-certificates', 'curl', 'procps', ...config.os.extra_packages],
    }),
  ],
};

const kernel: SubTask = {
  id: '0.2.2',
  title: 'Kernel settings and modules',
  criterion: 'Each setting has its value now and after a reboot',
  resources: ({ config, facts }) => [
    ...sysctl({ file: SYSCTL_FILE, values: config.os.sysctl, container: facts.container }),
    ...config.os.kernel_modules.map((name) => kernelModule({ name, container: facts.container })),
  ],
};

const limits: SubTask = {
  id: '0.2.3',
  title: 'Process limits',
  criterion: 'Logins may open as many files and processes as configured (services have their own limits)',
  resources: ({ config }) => [
    file({ path: '/etc/security/limits.d/60-vdb.conf', content: limitsFile(config.os.limits) }),
  ],
};

const memory: SubTask = {
  id: '0.2.4',
  title: 'Huge pages and swap',
  criterion: 'Transparent huge pages are not forced on, swap is as configured',
  resources: ({ config, facts }) => [
    transparentHugepages({ mode: config.os.transparent_hugepages, container: facts.container }),
    ...(config.os.swap.size_mib === 0
      ? []
      : [swapFile({ path: '/swapfile', sizeMib: config.os.swap.size_mib, container: facts.container })]),
  ],
};

const updates: SubTask = {
  id: '0.2.5',
  title: 'Unattended security updates',
  criterion: 'Security updates install themselves; nothing reboots by itself',
  resources: ({ config }) =>
    config.os.unattended_upgrades
      ? [
          aptPackages({ name: 'unattended-upgrades', packages: ['unattended-upgrades'] }),
          file({ path: '/etc/apt/apt.conf.d/20auto-upgrades', content: template('apt/20auto-upgrades') }),
          file({ path: '/etc/apt/apt.conf.d/52vdb-unattended', content: template('apt/52vdb-unattended') }),
        ]
      : [],
};

const time: SubTask = {
  id: '0.2.6',
  title: 'Time synchronisation',
  criterion: 'chrony runs and the clock is synchronised',
  resources: (context) => [
    ...(context.facts.container ? [] : chrony(context)),
    timeSync({ container: context.facts.container }),
  ],
};

/** In a container chrony would set the clock of the machine around it, so it is left out there. */
function chrony({ config }: TaskContext) {
  const path = '/etc/chrony/sources.d/vdb.sources';
  const { servers } = config.os.ntp;
  return [
    aptPackages({ name: 'chrony', packages: ['chrony'] }),
    ...(servers.length === 0
      ? []
      : [file({ path, content: `${servers.map((server) => `server ${server} iburst`).join('\n')}\n` })]),
    service({ unit: 'chrony.service', ...(servers.length === 0 ? {} : { restartOn: [path] }) }),
  ];
}

const firewall: SubTask = {
  id: '0.2.7',
  title: 'Firewall',
  criterion: 'Only SSH and the edge answer from outside, the edge only to the allowlist',
  resources: ({ config, facts }) => {
    const { firewall: rules } = config.security;
    if (!rules.enabled) return [];
    const challenge = challengePorts(config);
    const content = renderRuleset({
      sshPorts: facts.sshPorts,
      sshFrom: rules.ssh_from,
      edgePorts: edgePorts(config),
      allow: rules.allow,
      openPorts: challenge === null ? [] : [challenge.open],
    });
    const nftables = aptPackages({ name: 'nftables', packages: ['nftables'] });
    if (facts.sshPorts.length === 0) return [nftables, nftRuleset({ content, refused: LOCKED_OUT })];
    return [nftables, nftRuleset({ content }), service({ unit: 'nftables.service' })];
  },
};

const LOCKED_OUT = {
  why: 'the port of SSH is not known, so the firewall would lock everybody out',
  next: 'See whether `sshd -T` works on the host as root; or set security.firewall.enabled: false.',
};

/** Task 0.2: the operating system as a database server needs it. */
export const osOptimisation: Task = {
  id: '0.2',
  title: 'OS optimisation and updates',
  description: 'Kernel, memory, limits, security updates, time and firewall of a database server.',
  dependsOn: [],
  subtasks: [packages, kernel, limits, memory, updates, time, firewall],
};
