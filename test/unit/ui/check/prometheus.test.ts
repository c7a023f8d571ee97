import { expect, it } from 'vitest';
import { prometheusReport } from '../../../../src/ui/check/prometheus.js';
import {
  FAILED,
  PASSED,
  REPORTS,
  report,
  SKIPPED,
  UNSEEN,
  UNSEEN_WARNING,
  WAIVED,
  WARNING,
} from './reports.js';

it('says of each check in one series how it stands', () => {
  const text = prometheusReport(report([PASSED, SKIPPED, WAIVED, WARNING, UNSEEN_WARNING, FAILED, UNSEEN]));
  const codes = [...text.matchAll(/^vdb_check_status\{.*?id="([^"]+)".*\} (\d)$/gm)];
  expect(codes.map(([, id, code]) => `${id} ${code}`)).toEqual([
    'redis.ping 0',
    'storage.smart 0',
    'storage.free 0',
    'host.reboot 1',
    'host.psi 1',
    'qdrant.livez 2',
    'qdrant.auth 3',
  ]);
});

it('has what an alert needs: readiness, counts, when and how long', () => {
  const text = prometheusReport(report([PASSED, FAILED]));
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      '# TYPE vdb_ready gauge',
      'vdb_ready{host="one"} 0',
      'vdb_check_status{host="one",id="redis.ping",group="redis",severity="critical"} 0',
      'vdb_checks{host="one",status="fail"} 1',
      'vdb_checks{host="one",status="skip"} 0',
      'vdb_check_timestamp_seconds{host="one"} 1795521600',
      'vdb_check_duration_seconds{host="one"} 1.2',
    ]),
  );
});

it.each(REPORTS)('has a help and a type for each metric of a run that is %s', (_, run) => {
  const lines = prometheusReport(run).split('\n');
  const names = lines.filter((line) => !line.startsWith('#')).map((line) => line.split('{')[0]);
  for (const name of new Set(names)) {
    expect(lines.filter((line) => line.startsWith(`# HELP ${name} `))).toHaveLength(1);
    expect(lines).toContain(`# TYPE ${name} gauge`);
  }
});

it('escapes labels', () => {
  expect(prometheusReport(report([PASSED], { host: 'a"b\\c\nd' }))).toContain(
    'vdb_ready{host="a\\"b\\\\c\\nd"} 1',
  );
});
