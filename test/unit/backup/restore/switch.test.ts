import { expect, it } from 'vitest';
import { aliasBody } from '../../../../src/backup/restore/switch.js';

it('aliases move in one request, and those that are to be no more go last', () => {
  const moves = [
    { alias: 'gone', to: null },
    { alias: 'docs', to: 'docs--20261124T020000Z' },
  ];
  expect(JSON.parse(aliasBody(moves))).toEqual({
    actions: [
      { create_alias: { alias_name: 'docs', collection_name: 'docs--20261124T020000Z' } },
      { delete_alias: { alias_name: 'gone' } },
    ],
  });
});
