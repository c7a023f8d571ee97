import { describe, expect, it } from 'vitest';
import { secretFiles } from '../../../../src/checks/place.js';
import { known } from '../../../../src/host/probe.js';
import { contextOf, judged } from '../support.js';

const FILES = secretFiles(contextOf());

function exposure(change: Record<string, unknown> = {}) {
  const sources = new Map(FILES.map((path) => [path, 1]));
  return known({ sources, processes: [], files: [], ...change });
}

describe('access.secret-exposure', () => {
  it('passes when every file gave a secret and none was found elsewhere', () => {
    expect(judged('access.secret-exposure', [exposure()])).toMatchObject({
      status: 'pass',
      seen: `${FILES.length} secrets in ${FILES.length} files, none elsewhere`,
    });
  });

  it('fails with the process and the file', () => {
    const seen = exposure({ processes: ['12 curl'], files: ['/etc/systemd/system/a.service'] });
    expect(judged('access.secret-exposure', [seen])).toMatchObject({
      status: 'fail',
      details: ['in the arguments of process 12 curl', 'in /etc/systemd/system/a.service'],
    });
  });

  it('says where when there is one place', () => {
    expect(judged('access.secret-exposure', [exposure({ processes: ['12 curl'] })])).toMatchObject({
      status: 'fail',
      seen: 'a secret stands in the arguments of process 12 curl',
    });
  });

  it('is unknown when a file gave no secret to look for', () => {
    const sources = new Map(FILES.slice(1).map((path) => [path, 1]));
    const result = judged('access.secret-exposure', [exposure({ sources })]);
    expect(result.status).toBe('unknown');
    expect(result.seen).toContain(FILES[0]);
  });
});

describe('access.placeholders', () => {
  const looked = ['/opt/citadel', '/opt/qdrant/config'];

  it('passes, fails with the lines, and is unknown before anything was installed', () => {
    expect(judged('access.placeholders', [known({ looked, found: [] })]).status).toBe('pass');
    expect(judged('access.placeholders', [known({ looked, found: ['/a:1', '/b:2'] })])).toMatchObject({
      status: 'fail',
      details: ['/a:1', '/b:2'],
    });
    expect(judged('access.placeholders', [known({ looked: [], found: [] })]).status).toBe('unknown');
  });
});
