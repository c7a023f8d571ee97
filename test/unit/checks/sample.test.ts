import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { inContainer } from '../../../src/checks/check.js';
import { severityCases } from '../../../src/checks/sample.js';

it('is one severity where it is always the same', () => {
  expect(severityCases({ severity: 'error' })).toEqual([{ severity: 'error' }]);
  expect(severityCases({ severity: () => 'error' })).toEqual([{ severity: 'error' }]);
});

it('says where it is another one', () => {
  expect(severityCases({ severity: (context) => (inContainer(context) ? 'warning' : 'error') })).toEqual([
    { severity: 'error' },
    { severity: 'warning', where: 'in a container' },
  ]);
});

it('can be asked of every check of the catalogue', () => {
  for (const check of CATALOGUE) expect(severityCases(check).length, check.id).toBeGreaterThan(0);
});
