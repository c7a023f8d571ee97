import { defineConfig, type UserConfig } from 'tsdown';

/** Everything is bundled: a command starts by reading a few files instead of hundreds. */
const shared = {
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  // ssh2 asks for __dirname.
  shims: true,
  deps: { alwaysBundle: [/.*/], neverBundle: [/\.node$/, 'cpu-features'] },
} satisfies UserConfig;

export default defineConfig([
  {
    ...shared,
    name: 'cli',
    entry: {
      cli: 'src/cli/main.ts',
      'load-worker': 'src/bench/load/worker.ts',
      bench: 'scripts/bench/main.ts',
    },
  },
  {
    ...shared,
    // One file that runs on a host where nothing but Node is installed.
    name: 'emulator',
    entry: { emulator: 'src/emulator/main.ts' },
    clean: false,
  },
]);
