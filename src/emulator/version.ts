/** The version of Qdrant that the emulator stands in for, marked so that nobody takes it for the real one. */
export const EMULATOR_VERSION = '1.18.3-emulator';

export const EMULATOR_TITLE = 'qdrant emulator (not Qdrant)';
