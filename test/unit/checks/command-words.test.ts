import { expect, it } from 'vitest';
import { commandWords, takesBackup } from '../../../src/checks/command-words.js';
import { quote } from '../../../src/host/shell.js';

const lineOf = (argv: readonly string[]): string => ['vdb', ...argv].map(quote).join(' ');

it.each([
  [['provision', '--report', 'the backup'], 'provision'],
  [['--lab', 'backup', 'provision'], 'provision'],
  [['--lab=backup', '--json', 'deploy', 'backup'], 'deploy'],
  [['--config', "it's a backup/v.yaml", '--verbose', 'backup', 'create'], 'backup'],
  [['--json'], undefined],
  [[], undefined],
])('the command of %j is %s', (argv, word) => {
  expect(commandWords(lineOf(argv))[0]).toBe(word);
});

it.each([
  [['backup'], true],
  [['--lab', 'x', 'backup', '--skip-if-locked', '--quiet'], true],
  [['backup', 'create', '--json'], true],
  [['backup', 'drill', '--skip-if-locked'], false],
  [['backup', 'pin', 'latest'], false],
  [['provision'], false],
])('whether %j takes a backup: %s', (argv, takes) => {
  expect(takesBackup(lineOf(argv))).toBe(takes);
});
