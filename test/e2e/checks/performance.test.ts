import { test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { expectFound } from './breakage.js';

const FILE = '/data/qdrant/blue/storage/large-for-a-test';

onSharedHost('the disk under load', (host) => {
  test('a storage without fio is unknown, and says what to install', async () => {
    await expectFound(host(), {
      id: 'performance.random-read',
      status: 'unknown',
      seen: /fio is not installed \(apt-get install fio\)/,
    });
  });

  test('a disk that is too slow is found, by a threshold that no disk meets and by reads that fio really does', async () => {
    await host().inside('DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends fio');
    try {
      await expectFound(host(), {
        id: 'performance.random-read',
        status: 'warn',
        seen: /^p99 \d+\.\d\d ms over \d+ reads$/,
        configure: (document) =>
          document.setIn(['checks', 'thresholds', 'performance.random-read'], 0.000001),
        break: `dd if=/dev/urandom of=${FILE} bs=1M count=70 status=none`,
        mend: `rm -f ${FILE}`,
      });
    } finally {
      await host().inside('DEBIAN_FRONTEND=noninteractive apt-get purge -qy fio');
    }
  });
});
