import { randomBytes } from 'node:crypto';
import type { Config, SlotName } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import { BUSY_FILE, type Host } from '../../host/host.js';
import { LOCK_FILE } from '../../host/lock.js';
import { sh } from '../../host/shell.js';
import { renderQdrantConfig, renderQdrantEnvironment } from '../../services/qdrant/config.js';
import type { QdrantPlace } from '../restore/recover.js';
import { drillDirectory, GUARD_UNIT, QDRANT_UNIT } from './names.js';

/** The least memory with which a Qdrant that restores is of any use. */
const LEAST_MEMORY = 256 * 1024 ** 2;
/** It runs with what production leaves over, and may be starved for a while; one that ends is not waited for. */
const START_SECONDS = 600;
/** Nobody starts it again: what it does not do now it never will. */
const RETURN_SECONDS = 6;

/** A Qdrant for the time of a drill. */
export interface ScratchQdrant {
  place: QdrantPlace;
  directory: string;
}

interface Ports {
  http: number;
  grpc: number;
  p2p: number;
}

/**
 * Starts the active slot's binary on free ports of loopback, with keys and directories of its own below
 * `paths.storage`, and waits until it is ready. It takes what production leaves over: at most half of the memory that
 * is free now, and CPU and disk last. Should the operator be gone before the end, a guard on the host stops it and
 * removes its directory.
 */
export async function startScratch(
  host: Host,
  config: Config,
  slot: SlotName,
  id: string,
): Promise<ScratchQdrant> {
  const directory = drillDirectory(config, id);
  const ports = await freePorts(host);
  const keys = { api_key: newKey(host), read_only_api_key: newKey(host) };
  const scratch = scratchConfig(config, slot, { directory, ports, keys });
  await host.run(startCommand(scratch, slot, directory));
  const keyFile = `${directory}/header`;
  return {
    directory,
    place: { port: ports.http, keyFile, snapshots: `${directory}/snapshots`, returnSeconds: RETURN_SECONDS },
  };
}

function newKey({ gate }: Host): string {
  const key = randomBytes(24).toString('hex');
  gate.redactor.add(key);
  return key;
}

async function freePorts(host: Host): Promise<Ports> {
  const { stdout } = await host.read(sh`
    for port in $(shuf -i 20000-32000 -n 200); do
    [ -n "$(ss -ltnH "sport = :$port")" ] || echo "$port"
    done | head -n 3`);
  const [http, grpc, p2p] = stdout.trim().split('\n').map(Number);
  if (http !== undefined && grpc !== undefined && p2p !== undefined && http > 0) return { http, grpc, p2p };
  throw new VdbError(`No free ports were found on ${host.target}`, {
    code: 'drill.no-ports',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'The scratch Qdrant listens on three ports of loopback between 20000 and 32000.',
  });
}

/** The configuration with which the slot's own templates give a scratch server. Pure. */
export function scratchConfig(
  config: Config,
  slot: SlotName,
  {
    directory,
    ports,
    keys,
  }: { directory: string; ports: Ports; keys: Record<'api_key' | 'read_only_api_key', string> },
): Config {
  const { qdrant } = config;
  const slots = { ...qdrant.slots, [slot]: { ...ports, storage: directory } };
  return { ...config, qdrant: { ...qdrant, ...keys, bind: '127.0.0.1', slots } };
}

/** Pure. The header with the key is the first line of stdin, the configuration the rest. */
export function startCommand(config: Config, slot: SlotName, directory: string): Command {
  const { qdrant, paths } = config;
  const { http } = qdrant.slots[slot];
  const uri = /^QDRANT_URI=.+$/m.exec(renderQdrantEnvironment(config, slot))?.[0];
  const properties = [
    ...[
      'Type=exec',
      'User=qdrant',
      'Group=qdrant',
      'UMask=0077',
      `WorkingDirectory=${paths.root}/slots/${slot}`,
    ],
    ...[
      `Environment=QDRANT_INIT_FILE_PATH=${directory}/initialized`,
      ...(uri === undefined ? [] : [`Environment=${uri}`]),
    ],
    ...[
      'Restart=no',
      'RuntimeMaxSec=2d',
      'KillMode=mixed',
      'TimeoutStopSec=30',
      `LimitNOFILE=${qdrant.nofile}`,
    ],
    ...['CPUWeight=10', 'IOWeight=10', 'Nice=15', 'IOSchedulingClass=idle', 'OOMScoreAdjust=900'],
    ...HARDENED,
    `ReadWritePaths=${directory}`,
    ...(qdrant.artifact.from === 'emulator' ? [] : ['MemoryDenyWriteExecute=yes']),
  ];
  return {
    title: 'start a scratch Qdrant',
    stdin: `api-key: ${qdrant.api_key}\n${renderQdrantConfig(config, slot)}`,
    timeoutSeconds: START_SECONDS + 60,
    script: sh`
      set -euo pipefail
      trap '' PIPE
      umask 077
      d=${directory} unit=${QDRANT_UNIT}
      failed() { systemctl stop "$unit" ${GUARD_UNIT} 2>/dev/null || true; rm -rf -- "$d"; }
      trap 'code=$?; [ $code = 0 ] || failed; exit $code' EXIT
      memory=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo) * 512))
      [ "$memory" -ge ${LEAST_MEMORY} ] || { echo "half of the free memory is $memory bytes, too few for a second Qdrant" >&2; exit 1; }
      for each in "$d" "$d/storage" "$d/snapshots" "$d/tmp"; do install -d -m 0700 -o qdrant -g qdrant -- "$each"; done
      IFS= read -r header
      printf '%s\n' "$header" > "$d/header"
      cat > "$d/config.yaml"
      chown qdrant:qdrant "$d/config.yaml"
      ${GUARD}
      guard "$d" "$unit"
      options=()
      for each in ${properties}; do options+=(-p "$each"); done
      systemd-run --quiet --collect --unit="$unit" "\${options[@]}" -p MemoryMax="$memory" ${`${paths.root}/slots/${slot}/qdrant`} --config-path "$d/config.yaml"
      status() { curl -q -s -o /dev/null --noproxy '*' --max-time 5 -w '%{http_code}' "$@" || true; }
      end=$((SECONDS + ${START_SECONDS}))
      until [ "$(status ${`http://127.0.0.1:${http}/readyz`})" = 200 ]; do
      systemctl is-active --quiet "$unit" && [ "$SECONDS" -lt "$end" ] ||
      { echo 'the scratch Qdrant did not start:' >&2; journalctl -q -u "$unit" -n 5 -o cat >&2 || true; exit 1; }
      sleep 0.2
      done
      case $(status ${`http://127.0.0.1:${http}/collections`}) in 401|403) ;; *) echo 'the scratch Qdrant is open' >&2; exit 1 ;; esac`,
  };
}

const HARDENED = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'ProtectProc=invisible',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectControlGroups=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'RestrictNamespaces=yes',
  'RestrictSUIDSGID=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged',
  'SystemCallErrorNumber=EPERM',
];

/**
 * Defines `guard DIRECTORY UNIT`: a unit that waits until the lock of the run is gone and no script of it is at work any
 * more, and then cleans up. At the end of a drill it is stopped before that.
 */
const GUARD = sh`
  guard() {
  systemctl stop ${GUARD_UNIT} 2>/dev/null || true
  systemd-run --quiet --collect --unit=${GUARD_UNIT} bash -c ${`exec 9<>${LOCK_FILE}; flock 9; flock -u 9; exec 8<>${BUSY_FILE}; flock 8; systemctl stop "$2"; rm -rf -- "$1"`} guard "$1" "$2"
  }`;

/** Whether the scratch Qdrant still runs: a collection may need more memory than it has. */
export async function isRunning(host: Host): Promise<boolean> {
  const { stdout } = await host.read(sh`systemctl show -p ActiveState --value ${QDRANT_UNIT}`);
  return stdout.trim() === 'active';
}

/** Ends the scratch Qdrant and removes what it had. */
export async function stopScratch(host: Host, config: Config, id: string): Promise<void> {
  await host.run({
    title: 'remove the scratch Qdrant',
    timeoutSeconds: 600,
    script: sh`
      set -eu
      trap '' PIPE
      systemctl stop ${GUARD_UNIT} 2>/dev/null || true
      systemctl stop ${QDRANT_UNIT} 2>/dev/null || true
      systemctl reset-failed ${QDRANT_UNIT} 2>/dev/null || true
      rm -rf -- ${drillDirectory(config, id)}`,
  });
}
