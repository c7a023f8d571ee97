export interface Limits {
  /** Open files. */
  nofile: number;
  /** Processes and threads. */
  nproc: number;
  /** Locked memory in KiB, or `unlimited`. */
  memlock: number | 'unlimited';
  /** Whom it is for: a user, `@group` or `*`. Default `*`, which does not include root. */
  domain?: string;
}

/** The content of /etc/security/limits.d/60-vdb.conf: limits of login sessions. Units have their own. */
export function limitsFile({ nofile, nproc, memlock, domain = '*' }: Limits): string {
  const limits = Object.entries({ nofile, nproc, memlock });
  const lines = limits.flatMap(([item, value]) =>
    ['soft', 'hard'].map((type) => `${domain} ${type} ${item} ${value}`),
  );
  return `${lines.join('\n')}\n`;
}
