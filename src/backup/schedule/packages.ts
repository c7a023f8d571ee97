import { type Change, defineResource, type Resource } from '../../engine/resource.js';
import { ask, known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import type { Removal } from './before.js';

const installedKind: ProbeKind<string, true> = {
  name: 'package-installed',
  script: (names) =>
    sh`dpkg-query -W -f='\${Package} \${db:Status-Status}\n' -- ${[...new Set(names)]} 2>/dev/null || [ $? = 1 ]`,
  parse: (stdout, names) => {
    const lines = stdout.split('\n');
    return names.map((name) => known(lines.includes(`${name} installed`) ? true : null));
  },
};

/** A package that install brought is gone, with what nobody needs without it. Only for what nobody else needs. */
export function packageGone(removal: Removal): Resource {
  const { package: name, goes } = removal;
  return defineResource<true>({
    id: `package-gone:${name}`,
    title: `package ${name}`,
    probe: ask(installedKind, name),
    diff: (have) => (have === null ? null : removeChange(goes)),
    apply: () => [
      {
        title: `remove ${name}`,
        script: sh`export DEBIAN_FRONTEND=noninteractive
          apt-get purge -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -- ${goes.length === 0 ? [name] : goes} </dev/null`,
        timeoutSeconds: 900,
      },
    ],
  });
}

function removeChange(goes: readonly string[]): Change {
  return { action: 'remove', summary: `remove ${goes.join(', ')}` };
}
