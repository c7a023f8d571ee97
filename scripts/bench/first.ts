import { join } from 'node:path';
import { labDown } from '../../src/lab/down.js';
import { coreHost, hostOf, sshArgv } from './lab.js';
import { type Row, timed } from './measure.js';
import { missingOn } from './script.js';

const VDB = join(import.meta.dirname, '../bin/vdb');

/** A first provision beside one apt-get for the same packages plus pip for the same requirements. */
export async function firstProvision(row: Row): Promise<void> {
  const [a, b] = [await coreHost('bench-apt'), await coreHost('bench-first')];
  const packages = await missingOn(hostOf(b));
  const install = 'apt-get update -qq && apt-get install -y -qq --no-install-recommends';
  const apt = await timed({
    name: 'apt-get',
    argv: sshArgv(a, a.port, `export DEBIAN_FRONTEND=noninteractive; ${install} ${packages.join(' ')}`),
  });
  const ours = await timed({
    name: 'vdb provision',
    argv: [process.execPath, VDB, '--config', hostOf(b), 'provision'],
  });
  const frozen = sshArgv(b, b.port, 'cat /opt/qdrant/requirements.txt');
  const pip = await timed({
    name: 'pip',
    argv: sshArgv(
      a,
      a.port,
      'export PIP_CERT=/etc/ssl/certs/ca-certificates.crt; python3 -m venv /root/v && cat > /root/r.txt && /root/v/bin/pip install -q -r /root/r.txt',
    ),
    input: await outputOf(frozen),
  });
  row('one apt-get over ssh, the same packages', apt);
  row('pip for the same requirements', pip);
  row('first vdb provision', ours, apt + pip);
  row('first vdb provision against 1.5 times apt plus pip', ours, 1.5 * apt + pip, 1);
  for (const { name } of [a, b]) await labDown({ cwd: process.cwd(), which: { name } });
}

async function outputOf([file, ...args]: [string, ...string[]]): Promise<string> {
  const { execa } = await import('execa');
  return (await execa(file, args)).stdout;
}
