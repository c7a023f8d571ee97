import { readFile } from 'node:fs/promises';
import { replaceFile } from '../files.js';
import type { EngineName } from './engine.js';
import type { LabImage } from './image.js';
import type { LabPaths } from './names.js';
import type { QdrantChoice } from './qdrant.js';

/** What is remembered of a lab host, in `lab.json`. */
export interface LabRecord {
  name: string;
  engine: EngineName;
  /** The container's id. */
  container: string;
  runtime: string | null;
  address: string;
  port: number;
  user: string;
  image: LabImage;
  qdrant: QdrantChoice;
  /** ISO 8601. */
  created: string;
}

/** The record of a lab host; undefined where there is none or it cannot be read. */
export async function readRecord(paths: LabPaths): Promise<LabRecord | undefined> {
  try {
    return JSON.parse(await readFile(paths.record, 'utf8')) as LabRecord;
  } catch {
    return undefined;
  }
}

/** Written last of all files: where it is, the others are complete. */
export async function writeRecord(paths: LabPaths, record: LabRecord): Promise<void> {
  await replaceFile(paths.record, `${JSON.stringify(record, null, 2)}\n`);
}
