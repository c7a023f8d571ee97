import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli/program.js';
import { testStreams } from '../../support/streams.js';

describe('vdb backup schedule', () => {
  it.each([
    [['instal'], 'schedule takes show, install, remove, not "instal"'],
    [['install', '--on', 'laptop'], '--on takes server, here, not "laptop"'],
    [['install', '--with', 'at'], '--with takes timer, cron, not "at"'],
    [['show', '--with', 'cron'], '--with goes with install'],
    [['--plan'], '--plan goes with install and remove'],
    [['install', 'now'], 'too many arguments'],
  ])('exits with 2 for %j, before it looks for a configuration', async (words, message) => {
    const { streams, written } = testStreams();
    expect(await runProgram(['backup', 'schedule', ...words], streams)).toBe(2);
    expect(written.err).toContain(message);
  });
});
