import { test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { expectFound } from './breakage.js';

const CONFIG = '/opt/qdrant/config/qdrant-blue.yaml';

onSharedHost('the consensus of Qdrant', (host) => {
  test('a server that was started standalone is found, and task 1.1 makes it a cluster again', () =>
    expectFound(host(), {
      id: 'qdrant.cluster',
      break: `sed -i '/^cluster:/,$ s/enabled: true/enabled: false/' ${CONFIG} && systemctl restart qdrant@blue && sleep 2`,
      seen: /it runs standalone/,
      relatives: ['drift', 'network.listeners', /^qdrant\.(settings|readyz)$/],
    }));
});
