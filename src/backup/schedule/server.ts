import type { Config, HostConfig } from '../../config/schema.js';
import type { Resource } from '../../engine/resource.js';
import type { SubTask, Task } from '../../engine/task.js';
import { sh } from '../../host/shell.js';
import { absent } from '../../resources/absent.js';
import { aptPackages } from '../../resources/apt.js';
import { cronFile } from '../../resources/cron.js';
import { directory } from '../../resources/directory.js';
import { file } from '../../resources/file.js';
import { service, timer } from '../../resources/service.js';
import { symlink } from '../../resources/symlink.js';
import { unitFile } from '../../resources/unit.js';
import { type Before, broughtBy, packageRecord, packagesFor } from './before.js';
import type { Bundle } from './bundle.js';
import { serverConfigurationFiles } from './configuration.js';
import { emptyDirectoryGone } from './empty-directory.js';
import { packageGone } from './packages.js';
import {
  CRON_FILE,
  currentOf,
  ETC,
  JOB,
  type Means,
  packageRecordOf,
  releasesOf,
  SERVER_CONFIG,
  SERVER_SECRETS,
  SERVICE,
  TIMER,
} from './place.js';
import { onlyRelease, vdbRelease } from './release.js';
import { cronText, serverCommand, serverService, timerUnit } from './render.js';
import { serverConfiguration } from './server-config.js';

/** What a schedule on the server consists of. */
export interface ServerSchedule {
  config: Config;
  hostConfig: HostConfig;
  bundle: Bundle;
  means: Means;
  before: Before;
}

const TITLE = 'Schedule of backups';

/** The schedule on the server as a task: a release of vdb, its configuration, and what starts it. */
export function scheduleTask(schedule: ServerSchedule): Task {
  return {
    id: 'schedule',
    title: TITLE,
    description: 'The server takes its backups by itself, with a vdb and a configuration of its own.',
    dependsOn: [],
    subtasks: [
      part('schedule.release', 'vdb runs on the server', releaseResources(schedule)),
      part(
        'schedule.configuration',
        'It has a configuration that it takes',
        configurationResources(schedule),
      ),
      part('schedule.time', 'It is started when the configuration says', timeResources(schedule)),
    ],
  };
}

/** The server without a schedule: everything that {@link scheduleTask} brought is gone, and nothing else. */
export function removalTask(config: Config, before: Before): Task {
  return {
    id: 'schedule',
    title: `Removal of the ${TITLE.toLowerCase()}`,
    description: 'Nothing of the schedule is left.',
    dependsOn: [],
    subtasks: [part('schedule.removal', 'Nothing of it is left', removalResources(config, before))],
  };
}

function part(id: string, criterion: string, resources: Resource[]): SubTask {
  return { id, title: criterion, criterion, resources: () => resources };
}

function releaseOf({ config, bundle }: ServerSchedule): string {
  return `${releasesOf(config)}/${bundle.name}`;
}

function releaseResources(schedule: ServerSchedule): Resource[] {
  const { config, bundle, means, before } = schedule;
  return [
    aptPackages({ name: JOB, packages: packagesFor(means, before) }),
    directory({ path: releasesOf(config) }),
    file({ path: packageRecordOf(config), content: packageRecord(broughtBy(means, before)) }),
    vdbRelease(releaseOf(schedule), bundle),
  ];
}

function configurationResources(schedule: ServerSchedule): Resource[] {
  const { config, hostConfig, bundle } = schedule;
  return [
    directory({ path: ETC, mode: '0700' }),
    serverConfigurationFiles(serverConfiguration(config, hostConfig), releaseOf(schedule)),
    symlink({ path: currentOf(config), target: releaseOf(schedule) }),
    onlyRelease(releasesOf(config), bundle.name),
  ];
}

/** What starts it in the other way is taken away, or there would be two. */
function timeResources(schedule: ServerSchedule): Resource[] {
  const { config, hostConfig, means } = schedule;
  const job = { config, host: hostConfig.name };
  const { schedule: when } = config.backup;
  if (means === 'cron') {
    const content = cronText(when, serverCommand(job));
    return [
      ...withoutTimer(schedule.before),
      service({ unit: 'cron.service' }),
      cronFile({ name: JOB, content }),
    ];
  }
  return [
    absent({ path: CRON_FILE }),
    unitFile({ name: SERVICE, content: serverService(job) }),
    unitFile({ name: TIMER, content: timerUnit(hostConfig.name, when) }),
    timer({ unit: TIMER }),
  ];
}

/** The unit of a timer remembers when it last elapsed, and a service that it failed. */
function withoutTimer({ systemd }: Before): Resource[] {
  const left = [`/var/lib/systemd/timers/stamp-${TIMER}`, '/var/cache/vdb-backup'];
  return [
    ...(systemd ? [service({ unit: TIMER, enabled: false, running: false })] : []),
    unitGone(TIMER),
    unitGone(SERVICE),
    ...left.map((path) => absent({ path })),
  ];
}

function unitGone(name: string): Resource {
  const resource = absent({ path: `/etc/systemd/system/${name}` });
  return {
    ...resource,
    title: `no ${name}`,
    apply: (change, have) => [
      ...resource.apply(change, have),
      {
        title: 'reload unit files',
        script: sh`systemctl daemon-reload && { systemctl reset-failed -- ${name} 2>/dev/null || true; }`,
      },
    ],
  };
}

function removalResources(config: Config, before: Before): Resource[] {
  return [
    ...withoutTimer(before),
    ...[CRON_FILE, SERVER_CONFIG, SERVER_SECRETS].map((path) => absent({ path })),
    emptyDirectoryGone(ETC),
    ...before.removals.filter(({ neededBy }) => neededBy.length === 0).map(packageGone),
    absent({ path: releasesOf(config) }),
  ];
}
