import { fileURLToPath } from 'node:url';

/** The directory of the package that runs: `src/` and `dist/` both lie in it. */
export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
