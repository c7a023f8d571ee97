import { expect, it } from 'vitest';
import { columns } from '../../../src/ui/columns.js';

it('pads words on their right and numbers on their left', () => {
  const rows = [
    ['NAME', 'POINTS', 'WHERE'],
    ['docs', '12', 'disk'],
    ['all', '1 012'],
  ];
  expect(columns(rows, [1]).split('\n')).toEqual([
    'NAME  POINTS  WHERE',
    'docs      12  disk',
    'all    1 012',
  ]);
});
