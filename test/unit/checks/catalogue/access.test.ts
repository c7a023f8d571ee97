import { describe, expect, it } from 'vitest';
import { SCHEDULE_FILES, secretFiles } from '../../../../src/checks/place.js';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, judged } from '../support.js';

const FILES = secretFiles(contextOf());

/** All files closed, but the first as given; nothing is scheduled. */
function modes(first: { mode: number; owner?: string }) {
  const files = FILES.map((_, index) =>
    known(index === 0 ? { owner: 'root:qdrant', ...first } : { mode: 0o600, owner: 'root:root' }),
  );
  return [...files, ...SCHEDULE_FILES.map(() => ABSENT)];
}

describe('access.secret-modes', () => {
  it.each([0o600, 0o640, 0o400])('passes with mode %o', (mode) => {
    expect(judged('access.secret-modes', modes({ mode }))).toMatchObject({
      status: 'pass',
      seen: '10 files',
    });
  });

  it.each([0o644, 0o660, 0o604, 0o700])('fails with mode %o', (mode) => {
    const result = judged('access.secret-modes', modes({ mode }));
    expect(result.status).toBe('fail');
    expect(result.seen).toBe(`${FILES[0]}: 0${mode.toString(8)} root:qdrant`);
  });

  it('fails for a file that a service owns, since that could open it', () => {
    expect(judged('access.secret-modes', modes({ mode: 0o600, owner: 'qdrant:qdrant' })).status).toBe('fail');
  });

  it('is unknown when a file is not there to be looked at', () => {
    const observations = [ABSENT, ...modes({ mode: 0o600 }).slice(1)];
    const result = judged('access.secret-modes', observations);
    expect(result).toMatchObject({ status: 'unknown', seen: `${FILES[0]} does not exist` });
  });

  it('looks at the files of a schedule where there is one', () => {
    const files = modes({ mode: 0o600 }).slice(0, FILES.length);
    const closed = known({ mode: 0o600, owner: 'root:root' });
    const open = known({ mode: 0o644, owner: 'root:root' });
    expect(judged('access.secret-modes', [...files, closed, closed])).toMatchObject({
      status: 'pass',
      seen: '12 files',
    });
    expect(judged('access.secret-modes', [...files, closed, open])).toMatchObject({
      status: 'fail',
      seen: '/etc/vdb/vdb.secrets.yaml: 0644 root:root',
    });
  });

  it('does not look for files of services that are switched off', () => {
    const off = { enabled: false };
    const context = contextOf({ postgres: off, redis: off, gateway: off, monitoring: off });
    expect(secretFiles(context)).toEqual([
      '/opt/qdrant/config/qdrant-blue.yaml',
      context.keyFile,
      '/opt/qdrant/config/.read-only-header',
    ]);
  });
});
