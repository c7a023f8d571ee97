import { afterAll, beforeAll, describe } from 'vitest';
import { availableKinds, type QdrantOptions, type RunningQdrant, startQdrant } from '../../support/qdrant.js';

/** What Qdrant answers with. */
export interface Envelope<Result> {
  result: Result;
  status: 'ok' | { error: string };
}

/**
 * The same tests on every server that can be started here: what holds for the emulator is what holds for
 * Qdrant, and the output says which was seen.
 */
export function onEachServer(
  title: string,
  options: QdrantOptions,
  tests: (server: () => RunningQdrant) => void,
) {
  for (const kind of availableKinds()) {
    describe(`${title} (${kind})`, () => {
      let server: RunningQdrant | undefined;
      beforeAll(async () => {
        server = await startQdrant(kind, options);
        console.info(`${title}: ${kind === 'real' ? 'Qdrant' : 'the emulator'} ${server.version}`);
      });
      afterAll(async () => server?.stop());
      tests(() => server!);
    });
  }
}

/** The message of a refused request. */
export function errorOf(body: unknown): string {
  const { status } = body as Envelope<unknown>;
  return typeof status === 'object' ? status.error : '';
}

/** The result of an accepted one. */
export function resultOf<Result>(body: unknown): Result {
  return (body as Envelope<Result>).result;
}
