import { EXIT, VdbError } from '../errors.js';
import type { Facts } from './facts.js';

/** A distribution release that vdb knows, with what differs between them. */
export interface SupportedOs {
  id: 'ubuntu' | 'debian';
  version: string;
  codename: string;
  /** Last day of its free security updates, e.g. `2028-08-09`. */
  supportedUntil: string;
  /** The distribution's PostgreSQL major. */
  postgres: number;
  /** The distribution's Python, at least 3.12. */
  python: string;
  /** The distribution's Node. */
  node: string;
}

/**
 * Debian 13 and Ubuntu 24.04, from the distributions' package archives. The dates are the columns `eol` of
 * debian.csv and ubuntu.csv in Debian's package distro-info-data (0.58+deb12u6): the end of what the
 * distribution's own security team maintains for everybody, not of LTS or of paid support after it.
 */
export const SUPPORTED_OS: readonly SupportedOs[] = [
  {
    id: 'debian',
    version: '13',
    codename: 'trixie',
    supportedUntil: '2028-08-09',
    postgres: 17,
    python: '3.13',
    node: '20.19',
  },
  {
    id: 'ubuntu',
    version: '24.04',
    codename: 'noble',
    supportedUntil: '2029-05-31',
    postgres: 16,
    python: '3.12',
    node: '18.19',
  },
];

const SUPPORTED_ARCH = ['x86_64', 'aarch64'];

/** What is known of the host's release. Throws `preflight.os` for a release that is not supported. */
export function supportedOs(facts: Facts): SupportedOs {
  const found = SUPPORTED_OS.find(({ id, version }) => id === facts.os.id && version === facts.os.version);
  if (found !== undefined) return found;
  const known = SUPPORTED_OS.map(({ id, version }) => `${id} ${version}`).join(' or ');
  throw new VdbError(`${facts.hostname} runs ${facts.os.name}, which vdb does not support`, {
    code: 'preflight.os',
    exitCode: EXIT.failed,
    meaning: `vdb provisions ${known}. Nothing was changed.`,
    next: 'Use a host with a supported release, or try one with `vdb lab up`.',
  });
}

/** Throws unless the host can become what the configuration describes, before anything is changed. */
export function preflight(facts: Facts): SupportedOs {
  const os = supportedOs(facts);
  if (!SUPPORTED_ARCH.includes(facts.arch)) {
    throw new VdbError(`${facts.hostname} is a ${facts.arch} machine, for which there is no Qdrant`, {
      code: 'preflight.arch',
      exitCode: EXIT.failed,
      meaning: `Qdrant is published for ${SUPPORTED_ARCH.join(' and ')}. Nothing was changed.`,
    });
  }
  return os;
}
