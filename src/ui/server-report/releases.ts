import type { Release, ReleaseState } from '../../deploy/releases.js';
import type { Observation } from '../../host/probe.js';
import type { Block, Cell, Section, Tone } from '../page/model.js';
import { stamp } from '../status-values.js';
import { seenBlocks } from './words.js';

const TONES: Readonly<Partial<Record<ReleaseState, Tone>>> = {
  active: 'good',
  deploying: 'warn',
  failed: 'bad',
};

const NONE: Block = { kind: 'text', text: 'There is no release yet.' };

/** What serves, what stands by, and what was there before. */
export function releasesSection(releases: Observation<Release[]>): Section {
  return {
    id: 'releases',
    title: 'Releases',
    blocks: seenBlocks(releases, NONE, (found) =>
      found.length === 0
        ? [NONE]
        : [
            {
              kind: 'table',
              caption: 'Newest first',
              head: ['Release', 'State', 'Since', 'By', 'From'],
              rows: found.map(rowOf),
            },
          ],
    ),
  };
}

function rowOf({ name, state, at, by, source, sha256 }: Release): Cell[] {
  const tone = TONES[state];
  const origin = [source, sha256 === undefined ? undefined : `sha256 ${sha256.slice(0, 12)}`];
  return [
    name,
    tone === undefined ? state : { text: state, tone },
    stamp(at / 1000),
    by ?? 'vdb provision',
    origin.filter((each) => each !== undefined).join(', ') || '-',
  ];
}
