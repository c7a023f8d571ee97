/** What Qdrant says of itself at `/`. */
export interface QdrantRoot {
  title: string;
  /** As it is written there. */
  version: string;
}

const TITLE = 'qdrant - vector search engine';

/** Whether it is Qdrant and not the emulator, which says so in its title or version. */
export function isGenuine({ title, version }: QdrantRoot): boolean {
  return title === TITLE && /^\d+\.\d+\.\d+$/.test(version);
}

/** The version without what the emulator adds to it. */
export function plainVersion({ version }: QdrantRoot): string {
  return /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version;
}
