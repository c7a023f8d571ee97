import { describe, expect, it } from 'vitest';
import { afterDamage } from '../../../../src/ui/backup/verified.js';

const ID = '20261124T020000Z';

describe('what to do about a damaged set', () => {
  it('is to bring its copy where there is a repository, and to take a new one', () => {
    expect(afterDamage(ID, [{ name: 'nas' }])).toMatch(
      /^bring its copy with vdb backup fetch 20261124T020000Z --from nas, or take a new set with vdb backup,/,
    );
    expect(afterDamage(ID, [{ name: 'nas' }, { name: 'far' }])).toContain('--from REPOSITORY,');
  });

  it('is to take a new one where there is none', () => {
    expect(afterDamage(ID, [])).toMatch(/^take a new set with vdb backup,/);
  });
});
