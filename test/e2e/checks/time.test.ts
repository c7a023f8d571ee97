import { test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { expectFound } from './breakage.js';

/** chronyc's answer as it is, but for the two numbers that matter. */
function chronyc(offset: string, leap: string): { break: string; mend: string } {
  const line = `A29FC87B,162.159.200.123,4,1795548891.696424553,${offset},0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,${leap}`;
  return {
    break: `printf '#!/bin/sh\\necho "%s"\\n' '${line}' >/usr/local/bin/chronyc && chmod +x /usr/local/bin/chronyc`,
    mend: 'rm -f /usr/local/bin/chronyc',
  };
}

onSharedHost('the clock', (host) => {
  test('a clock that is off is found, by a stand-in for chronyc', async () => {
    await expectFound(host(), {
      id: 'time.synchronised',
      seen: /^-250\.0 ms off, give or take [0-9.]+ ms$/,
      ...chronyc('-0.250000000', 'Normal'),
    });
  });

  test('a clock without a source of time is found, by a stand-in for chronyc', async () => {
    await expectFound(host(), {
      id: 'time.synchronised',
      seen: /no source of time/,
      relatives: [/^drift/],
      ...chronyc('0.000000000', 'Not synchronised'),
    });
  });

  test('an answer of chronyc that nobody can read is unknown', async () => {
    await expectFound(host(), {
      id: 'time.synchronised',
      status: 'unknown',
      seen: /unreadable answer/,
      relatives: [/^drift/],
      ...chronyc('soon', 'Normal'),
    });
  });

  test('a host whose clock is an hour behind is found, by a stand-in for date', async () => {
    await expectFound(host(), {
      id: 'time.skew',
      seen: /^the host is 3\d{3}\.\d s behind or more$/,
      break: `printf '%s\\n' '#!/bin/sh' '[ "$1" = +%s.%N ] || exec /usr/bin/date "$@"' \
        'exec /usr/bin/date -d "1 hour ago" "$1"' >/usr/local/bin/date && chmod +x /usr/local/bin/date`,
      mend: 'rm -f /usr/local/bin/date',
    });
  });
});
