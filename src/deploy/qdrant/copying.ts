import type { PhaseEnd } from '../machine.js';
import type { DeployRecord } from '../record.js';

/** One way by which what a Qdrant holds comes into the other slot. */
export interface Copying {
  /** Whether no write is let in from `copy` until {@link opened}. */
  holdsWrites: boolean;
  /** Has everything there. Begun anew where an earlier attempt was cut short. */
  copy(record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd>;
  /** Throws where the new slot has not what it is to have. */
  verify(record: DeployRecord, stop: AbortSignal): Promise<PhaseEnd>;
  /** The new slot has been seen serving from outside: nothing is held back any more. Gives what to say of it. */
  opened(record: DeployRecord): Promise<{ note: string; numbers?: Record<string, number> } | null>;
  /** What keeps the way back from being open, while both slots run; null: nothing. */
  sick(): Promise<string | null>;
  /** Has the slot that served depend on nothing, and nothing on it, before it is stopped. */
  leave(record: DeployRecord, stop: AbortSignal): Promise<void>;
  /** Has the slot that serves be alone again, as it was before `copy`, whatever came of that. */
  withdraw(record: DeployRecord): Promise<void>;
  /** Whether the new slot may have been written to, and the old one not. */
  hasMovedOn(record: DeployRecord): Promise<boolean>;
}
