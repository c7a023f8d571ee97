#!/usr/bin/env node
/**
 * The main job, end to end, on a disposable host: start it, provision it, provision it again (nothing may
 * change), check it, show it. Ends with the exit code of the first command that failed.
 */
import { $ } from 'zx';

const vdb = (...args) => $({ stdio: 'inherit', nothrow: true, verbose: false })`node bin/vdb ${args}`;

const steps = [
  ['lab', 'up', 'demo'],
  ['--lab', 'demo', 'provision', '--report', '.vdb/lab/demo/report'],
  ['--lab', 'demo', 'provision'],
  ['--lab', 'demo', 'check'],
  ['--lab', 'demo', 'status'],
];

for (const args of steps) {
  console.error(`\n$ vdb ${args.join(' ')}`);
  const { exitCode } = await vdb(...args);
  if (exitCode !== 0) {
    process.exitCode = exitCode ?? 1;
    break;
  }
}
console.error('\nThe host stays up: node bin/vdb lab ssh demo, node bin/vdb lab down demo');
