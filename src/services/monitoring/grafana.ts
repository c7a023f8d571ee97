import { stringify } from 'yaml';
import type { Config } from '../../config/schema.js';
import { type TemplateFile, templateTree } from '../../templates.js';
import { WRITTEN } from './written.js';

/** What dashboards name their data by. */
const SOURCE = 'vdb-prometheus';

/** The dashboards, as they lie in `templates/grafana`. */
export function dashboardFiles(): TemplateFile[] {
  return templateTree('grafana', () => true);
}

/** What Grafana reads at its start, below its directory of provisioning: where Prometheus is, and the dashboards. Pure. */
export function grafanaFiles({ monitoring }: Pick<Config, 'monitoring'>): TemplateFile[] {
  const datasources = [
    {
      ...{ name: 'vdb', uid: SOURCE, type: 'prometheus', access: 'proxy' },
      url: `http://127.0.0.1:${monitoring.prometheus_port}`,
      jsonData: { timeInterval: monitoring.scrape_interval },
    },
  ];
  const providers = [
    {
      ...{ name: 'vdb', folder: 'vdb', type: 'file', allowUiUpdates: false },
      options: { path: '/etc/grafana/provisioning/dashboards/vdb' },
    },
  ];
  return [
    { path: 'datasources/vdb.yaml', content: WRITTEN + stringify({ apiVersion: 1, datasources }) },
    { path: 'dashboards/vdb.yaml', content: WRITTEN + stringify({ apiVersion: 1, providers }) },
    ...dashboardFiles().map(({ path, content }) => ({ path: `dashboards/vdb/${path}`, content })),
  ];
}
