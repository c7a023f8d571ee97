import type { SubTask, Task } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { ioScheduler } from '../src/resources/kernel.js';
import { freeSpace, mountOptions } from '../src/resources/mount.js';
import { group, systemUser } from '../src/resources/user.js';

const space: SubTask = {
  id: '0.3.1',
  title: 'Space',
  criterion: 'The data file system has the configured free space and is not a network file system',
  resources: ({ config, facts }) => [
    directory({ path: config.storage.mount_point }),
    freeSpace({ path: config.storage.mount_point, minGib: config.storage.min_free_gib }),
    mountOptions({
      mountPoint: config.storage.mount_point,
      options: config.storage.mount_options,
      required: config.storage.require_own_mount,
      container: facts.container,
    }),
  ],
};

const scheduler: SubTask = {
  id: '0.3.2',
  title: 'I/O scheduler and read-ahead',
  criterion: 'The disk under the data has the configured scheduler and read-ahead, also after a reboot',
  resources: ({ config, facts }) => [
    ioScheduler({
      mountPoint: config.storage.mount_point,
      scheduler: config.storage.scheduler,
      readAheadKib: config.storage.read_ahead_kib,
      container: facts.container,
    }),
  ],
};

const directories: SubTask = {
  id: '0.3.3',
  title: 'Accounts and directories',
  criterion: 'Data and backups are readable by their service account alone',
  resources: ({ config: { paths } }) => [
    group({ name: 'qdrant' }),
    systemUser({ name: 'qdrant', group: 'qdrant', home: paths.storage }),
    directory({ path: paths.root }),
    // Others may read a file in it that they know and that lets them: none of those holds a secret.
    directory({ path: `${paths.root}/config`, mode: '0751', owner: 'root:qdrant' }),
    directory({ path: `${paths.root}/releases` }),
    directory({ path: `${paths.root}/slots` }),
    directory({ path: `${paths.root}/deployment` }),
    directory({ path: paths.citadel }),
    directory({ path: paths.storage, mode: '0750', owner: 'qdrant:qdrant' }),
    directory({ path: paths.backups, mode: '0700' }),
    // The gateway shows what state.json says; everything else in there is closed by its own mode.
    directory({ path: paths.state, mode: '0751' }),
  ],
};

const offHost: SubTask = {
  id: '0.3.4',
  title: 'Copies of backups',
  criterion: 'What the configured repositories of copies need is installed',
  resources: ({ config }) =>
    config.backup.enabled && config.backup.repositories.some(({ type }) => type === 'restic')
      ? [aptPackages({ name: 'restic', packages: ['restic', 'openssh-client'] })]
      : [],
};

/** Task 0.3: where data, releases and backups live. */
export const storage: Task = {
  id: '0.3',
  title: 'Storage optimisation',
  description: 'Space, mount options, I/O scheduler, service accounts and directories.',
  dependsOn: ['0.2'],
  subtasks: [space, scheduler, directories, offHost],
};
