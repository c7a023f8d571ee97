import { ask } from '../../../host/probe.js';
import { REDIS_CONF } from '../../../services/redis/config.js';
import { type CheckContext, defineCheck } from '../../check.js';
import { secretFiles } from '../../place.js';
import { type Placeholders, placeholders } from '../../probes/placeholders.js';
import { type Exposure, secretExposure } from '../../probes/secret-exposure.js';
import { fail, pass, unknown, whenThere } from '../../verdict.js';

/** What vdb keeps in closed files is not readable elsewhere. */
export const secretExposed = defineCheck<Exposure>({
  id: 'access.secret-exposure',
  group: 'access',
  severity: 'critical',
  title: 'No secret is in a command line or a unit',
  looksAt: 'the arguments of all processes and all unit files, for the secrets in the files of vdb',
  why: 'Every account of the host can read the arguments of every process, and unit files are open to all.',
  probe: (context) => ask(secretExposure, secretFiles(context)),
  judge: ([exposure], context) =>
    whenThere(exposure, 'nothing was looked for', ({ sources, processes, files }) => {
      const findings = [
        ...processes.map((process) => `in the arguments of process ${process}`),
        ...files.map((path) => `in ${path}`),
      ];
      const expected = 'in files that only root and the service can read';
      if (findings.length === 1) return fail(`a secret stands ${findings[0]}`, expected);
      if (findings.length > 1) return fail(`secrets stand in ${findings.length} places`, expected, findings);
      const silent = secretFiles(context).filter((path) => (sources.get(path) ?? 0) === 0);
      if (silent.length > 0) return unknown(`no secret was found in ${silent.join(', ')} to look for`);
      const count = [...sources.values()].reduce((sum, each) => sum + each, 0);
      return pass(`${count} secrets in ${sources.size} files, none elsewhere`);
    }),
  remedy:
    'Give the program its secret in a file or in its environment, then change the secret: it was readable.',
  inspect: () => 'ps -eo pid,user,comm; systemd-delta --type=extended',
});

function configured({ config: { paths } }: CheckContext): string[] {
  return [paths.citadel, `${paths.root}/config`, REDIS_CONF, '/etc/redis/redis.conf'];
}

/** Nothing was copied from a document as it stood there. */
export const placeholder = defineCheck<Placeholders>({
  id: 'access.placeholders',
  group: 'access',
  severity: 'critical',
  title: 'No secret is one of the documents',
  looksAt:
    'the configuration of the database layer, of Qdrant and of Redis, for secrets such as secure_password_123',
  why: 'What stands in a document is the first thing that is tried.',
  probe: (context) => ask(placeholders, configured(context)),
  judge: ([state], context) =>
    whenThere(state, 'nothing was looked at', ({ looked, found }) => {
      if (found.length > 0) {
        const expected = 'generated secrets';
        if (found.length === 1) return fail(found[0] as string, expected);
        return fail(`${found.length} lines`, expected, found);
      }
      const needed = `${context.config.paths.root}/config`;
      if (!looked.includes(needed)) return unknown(`${needed} does not exist`);
      return pass(`none in ${looked.join(', ')}`);
    }),
  remedy:
    'Generate a secret (openssl rand -base64 32), set it in the service and where it is used, restart both.',
});
