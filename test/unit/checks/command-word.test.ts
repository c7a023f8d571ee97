import { expect, it } from 'vitest';
import { commandWord } from '../../../src/checks/command-word.js';
import { quote } from '../../../src/host/shell.js';

it.each([
  [['provision', '--report', 'the backup'], 'provision'],
  [['--lab', 'backup', 'provision'], 'provision'],
  [['--lab=backup', '--json', 'deploy', 'backup'], 'deploy'],
  [['--config', "it's a backup/v.yaml", '--verbose', 'backup', 'create'], 'backup'],
  [['--json'], undefined],
  [[], undefined],
])('of %j is %s', (argv, word) => {
  expect(commandWord(['vdb', ...argv].map(quote).join(' '))).toBe(word);
});
