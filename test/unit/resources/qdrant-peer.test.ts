import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { qdrantPeer } from '../../../src/resources/qdrant-peer.js';

/** As Qdrant 1.18 writes it, with an id that a number cannot hold. */
const STATE =
  '{"state":{"hard_state":{"term":1,"vote":18446744073709551613,"commit":3},"conf_state":{"voters":[18446744073709551613],"learners":[],"voters_outgoing":[],"learners_next":[],"auto_leave":false}},"latest_snapshot_meta":{"term":0,"index":0},"apply_progress_queue":[4,3],"first_voter":18446744073709551613,"peer_address_by_id":{"7":"http://127.0.0.1:7000/","18446744073709551613":"http://127.0.0.1:6335/"},"peer_metadata_by_id":{},"this_peer_id":18446744073709551613}';

const peer = (uri: string, storage = '/data') => qdrantPeer({ slot: 'blue', storage, uri });

describe('the peer address of a slot', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'vdb-peer-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What is observed of these storage directories, in one look. */
  function look(...storages: string[]) {
    const probes = storages.map((storage) => peer('http://x:1', join(directory, storage)).probe);
    const args = probes.map(({ arg }) => arg);
    const kind = probes[0]?.kind;
    const script = kind?.script(args).source ?? '';
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    return kind?.parse(execFileSync('bash', ['-c', script], { encoding: 'utf8', env }), args);
  }

  function write(storage: string, state: string): void {
    mkdirSync(join(directory, storage));
    writeFileSync(join(directory, storage, 'raft_state.json'), state);
  }

  test('is read from the state that Qdrant keeps, for each slot', () => {
    write('blue', STATE);
    write('new', '{"peer_address_by_id":{},"this_peer_id":1}');
    expect(look('blue', 'none', 'new')).toEqual([
      { status: 'known', value: { uri: 'http://127.0.0.1:6335/' } },
      { status: 'known', value: null },
      { status: 'known', value: { uri: null } },
    ]);
  });

  test('is unknown where the state cannot be read or understood', () => {
    mkdirSync(join(directory, 'odd', 'raft_state.json'), { recursive: true });
    write('cut', STATE.slice(0, 40));
    write('empty', '');
    write('other', '{"this_peer_id":1}');
    const observations = look('odd', 'cut', 'empty', 'other');
    expect(observations?.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(observations?.[0]).toMatchObject({ why: expect.stringContaining('Is a directory') });
  });

  test.each([
    ['the slot has no state yet', null],
    ['the state has no address yet', { uri: null }],
    ['the address is the same', { uri: 'http://127.0.0.1:6335' }],
    ['the address ends with a slash', { uri: 'http://127.0.0.1:6335/' }],
  ])('differs in nothing when %s', (_, have) => {
    expect(peer('http://127.0.0.1:6335').diff(have)).toBeNull();
  });

  test('is not changed, and holds back what would start Qdrant with another', () => {
    const change = peer('http://127.0.0.1:6400').diff({ uri: 'http://127.0.0.1:6335/' });
    expect(change?.refused).toMatchObject({
      why: expect.stringContaining('http://127.0.0.1:6335:'),
      next: expect.stringContaining('Set qdrant.slots.blue.p2p back to 6335, or '),
      blocks: true,
    });
  });

  test('also follows from where Qdrant listens', () => {
    const change = peer('http://10.0.0.1:6335').diff({ uri: 'http://127.0.0.1:6335/' });
    expect(change?.refused?.next).toContain('Set qdrant.bind and qdrant.slots.blue.p2p back');
  });
});
