import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { fileTree } from './file-tree.js';
import { type TreeQuestion, type TreeState, treeKind } from './file-tree-probe.js';

const GRAFANA = '/etc/grafana';
const ROOT = `${GRAFANA}/provisioning`;

export interface GrafanaProvisioning {
  /** Below its directory of provisioning. */
  files: readonly { path: string; content: string }[];
  /** Also where Grafana is not installed: it finds them when it is. */
  required: boolean;
}

interface GrafanaHave {
  installed: boolean;
  tree: TreeState | null;
}

/** The files as {@link treeKind} sees them, and whether there is a Grafana at all. */
const grafanaKind: ProbeKind<TreeQuestion, GrafanaHave> = {
  name: 'grafana',
  script: (questions) => sh`
    [ -d ${GRAFANA} ] && echo @installed || echo @none
    ${treeKind.script(questions)}`,
  parse: (stdout, questions) => {
    const [first = ''] = stdout.split('\n', 1);
    const installed = first === '@installed';
    if (!installed && first !== '@none') throw new Error(`it says "${first.slice(0, 80)}"`);
    const trees = treeKind.parse(stdout.slice(first.length + 1), questions);
    return trees.map(
      (tree): Observation<GrafanaHave> =>
        tree.status === 'known' ? known({ installed, tree: tree.value }) : tree,
    );
  },
};

/** Grafana, where it is installed, has these files. One that runs is started again with them: it reads data sources then alone. */
export function grafanaProvisioning({ files, required }: GrafanaProvisioning): Resource {
  const tree = fileTree({ root: ROOT, title: 'data source and dashboards of Grafana', files });
  return defineResource<GrafanaHave>({
    id: tree.id,
    title: tree.title,
    probe: ask(grafanaKind, { root: ROOT, paths: files.map(({ path }) => path) }),
    diff: (have) => (have?.installed || required ? tree.diff(have?.tree ?? null) : null),
    apply: (change, have) => [
      ...tree.apply(change, have?.tree ?? null),
      {
        title: 'have Grafana read them',
        script: sh`systemctl try-restart grafana-server.service 2>/dev/null || :`,
      },
    ],
    ...(tree.explain === undefined ? {} : { explain: tree.explain }),
  });
}
