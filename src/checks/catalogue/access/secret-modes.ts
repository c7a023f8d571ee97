import { ask } from '../../../host/probe.js';
import { defineCheck, type Verdict } from '../../check.js';
import { SCHEDULE_FILES, secretFiles } from '../../place.js';
import { type FileAccess, fileAccess } from '../../probes/files.js';
import { expect, skip, whenKnown, whenThere, worst } from '../../verdict.js';

/** What others may do, and what a group may do beyond reading. */
const TOO_MUCH = 0o137;

export const secretModes = defineCheck({
  id: 'access.secret-modes',
  group: 'access',
  severity: 'critical',
  title: 'Secret files are closed to strangers',
  looksAt: 'mode and owner of every file that vdb wrote a secret to',
  why: 'Whoever reads a key can read, change and delete every vector.',
  probe: (context) => [...secretFiles(context), ...SCHEDULE_FILES].map((path) => ask(fileAccess, path)),
  judge: (observations, context) => {
    const paths = secretFiles(context);
    const verdicts = paths.map((path, index) =>
      broughtBy(
        path,
        whenThere(observations[index], `${path} does not exist`, (access) => judgeAccess(path, access)),
      ),
    );
    const schedule = SCHEDULE_FILES.map((path, index) =>
      whenKnown(observations[paths.length + index], (access) =>
        access === null ? skip(`${path} is not needed`) : judgeAccess(path, access),
      ),
    );
    const there = schedule.filter(({ status }) => status !== 'skip');
    return worst([...verdicts, ...there], `${paths.length + there.length} files`);
  },
  remedy: 'Close the files, and change what they held if a stranger could have read it.',
  fix: '1.1,1.2,3.1,3.2',
});

/** Where it is not one of the tasks that every host has. */
function broughtBy(path: string, verdict: Verdict): Verdict {
  return path.startsWith('/etc/prometheus/') && verdict.status !== 'pass'
    ? { ...verdict, fix: '5.1' }
    : verdict;
}

function judgeAccess(path: string, { mode, owner }: FileAccess): Verdict {
  const closed = (mode & TOO_MUCH) === 0 && owner.startsWith('root:');
  return expect(
    closed,
    `${path}: ${mode.toString(8).padStart(4, '0')} ${owner}`,
    '0600 or 0640, owned by root',
  );
}
