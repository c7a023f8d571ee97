import { defineConfig } from 'tsdown';

/** One bundle with a chunk per lazily loaded command, so that `--help` reads only the program. */
export default defineConfig({
  entry: { cli: 'src/cli/main.ts', emulator: 'src/emulator/main.ts', bench: 'scripts/bench/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  clean: true,
});
