import { z } from 'zod';
import { absolutePath, count, identifier } from './values.js';

export const pathsSchema = z
  .strictObject({
    root: absolutePath()
      .default('/opt/qdrant')
      .describe('Configuration, virtual environment, releases and deployment tools.'),
    citadel: absolutePath()
      .default('/opt/citadel')
      .describe("The gateway's database layer: models, migrations, settings."),
    storage: absolutePath().default('/data/qdrant').describe('Data of Qdrant, one directory per slot.'),
    backups: absolutePath().default('/data/backups').describe('Backup sets.'),
    state: absolutePath().default('/var/lib/vdb').describe('Journal and state of vdb on the host.'),
  })
  .describe('Where things are on the host.');

/** Kernel settings for a vector database beside PostgreSQL and Redis; entries of the file override them. */
export const TUNED_SYSCTL: Readonly<Record<string, string | number>> = {
  'vm.max_map_count': 262_144,
  'vm.swappiness': 1,
  'vm.overcommit_memory': 1,
  'vm.dirty_ratio': 15,
  'vm.dirty_background_ratio': 5,
  'net.core.somaxconn': 4096,
  'net.ipv4.tcp_max_syn_backlog': 4096,
  'net.ipv4.ip_local_port_range': '10240 65535',
  'net.ipv4.tcp_keepalive_time': 300,
};

type SysctlInput = Record<string, string | number | null>;

function tuned(entries: SysctlInput): Record<string, string | number> {
  const merged = Object.entries({ ...TUNED_SYSCTL, ...entries });
  return Object.fromEntries(merged.filter((entry): entry is [string, string | number] => entry[1] !== null));
}

const sysctl = z
  .record(
    z
      .string()
      .regex(
        /^[a-z0-9_-]+([./][A-Za-z0-9_*-]+)+$/,
        'must be the name of a kernel setting such as vm.swappiness',
      ),
    z.union([z.string(), z.number(), z.null()]),
  )
  .transform(tuned)
  .prefault({})
  .describe('Kernel settings, in addition to the tuned defaults; null leaves a default out.');

const limits = z
  .strictObject({
    nofile: count().default(65_536).describe('Open files.'),
    nproc: count().default(32_768).describe('Processes and threads.'),
    memlock: z
      .union([z.literal('unlimited'), z.int().min(0)])
      .default('unlimited')
      .describe('Locked memory in KiB, or unlimited.'),
  })
  .prefault({})
  .describe('Limits of the service accounts.');

export const osSchema = z
  .strictObject({
    sysctl,
    limits,
    transparent_hugepages: z
      .enum(['madvise', 'never', 'always'])
      .default('madvise')
      .describe('Transparent huge pages; always hurts latency.'),
    swap: z
      .strictObject({
        size_mib: z
          .int()
          .min(0)
          .default(0)
          .describe('Size of the swap file in MiB; 0 wants none and leaves an existing one alone.'),
      })
      .prefault({})
      .describe('Swap.'),
    unattended_upgrades: z
      .boolean()
      .default(true)
      .describe('Whether security updates are installed by themselves.'),
    ntp: z
      .strictObject({
        servers: z
          .array(z.string().min(1))
          .default([])
          .describe("Time servers; empty means the distribution's pool."),
      })
      .prefault({})
      .describe('Time synchronisation.'),
    kernel_modules: z.array(identifier()).default([]).describe('Kernel modules to load at boot.'),
    extra_packages: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a package'))
      .default([])
      .describe('Further packages of the distribution.'),
  })
  .describe('The operating system.');

export const storageSchema = z
  .strictObject({
    mount_point: absolutePath().default('/data').describe('Where the data volume is mounted.'),
    require_own_mount: z
      .boolean()
      .default(false)
      .describe('Whether the data must be on a file system of its own.'),
    mount_options: z.array(z.string().min(1)).default(['noatime']).describe('Options the mount must have.'),
    scheduler: z
      .enum(['none', 'mq-deadline', 'kyber', 'bfq'])
      .default('none')
      .describe('I/O scheduler of the disk below the mount.'),
    read_ahead_kib: z
      .int()
      .min(0)
      .default(16)
      .describe('Read-ahead of that disk in KiB; small suits random reads of mapped vectors.'),
    min_free_gib: z
      .number()
      .min(0)
      .default(10)
      .describe('Free space in GiB below which nothing is installed or deployed.'),
  })
  .describe('The data volume.');
