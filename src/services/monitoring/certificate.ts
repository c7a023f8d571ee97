import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { template } from '../../templates.js';
import { edgeServes } from '../haproxy/config.js';
import { EDGE_CERTIFICATE } from '../haproxy/doors.js';
import { TEXTFILE_DIRECTORY } from './textfile.js';

/** What tells node exporter until when the certificate of the edge holds: HAProxy's own metrics do not. */
export const CERTIFICATE_METRICS = {
  directory: '/usr/local/lib/vdb',
  script: '/usr/local/lib/vdb/certificate-metrics',
  service: 'vdb-certificate-metrics.service',
  timer: 'vdb-certificate-metrics.timer',
  file: join(TEXTFILE_DIRECTORY, 'vdb_certificate.prom'),
} as const;

/** Whether there is a certificate, and somebody to tell of it. Pure. */
export function watchesCertificate(config: Config): boolean {
  const { monitoring, networking } = config;
  return edgeServes(config) && networking.tls.mode !== 'off' && monitoring.node_exporter;
}

/** The script that looks at it, once. */
export function renderCertificateScript(): string {
  return template('prometheus/certificate-metrics', {
    directory: TEXTFILE_DIRECTORY,
    certificate: EDGE_CERTIFICATE,
    file: CERTIFICATE_METRICS.file,
    metric: 'vdb_certificate_expiry_timestamp_seconds',
  });
}

/** The unit that runs it, as root. */
export function renderCertificateService(): string {
  return template('prometheus/certificate-metrics.service', {
    script: CERTIFICATE_METRICS.script,
    directory: TEXTFILE_DIRECTORY,
  });
}

/** The timer of that unit. */
export function renderCertificateTimer(): string {
  return template('prometheus/certificate-metrics.timer');
}
