/** What happens while a set travels, for whoever shows it. */
export type TransferEvent =
  /** What lies ahead: all bytes of the set, those that are there already among them. */
  | { type: 'set'; id: string; parts: number; bytes: number }
  /** Bytes that were taken care of since the last such event: transferred, or there already and compared. */
  | { type: 'bytes'; path: string; count: number; transferred: boolean }
  /** A part that is whole. `from` is how much of it was there before; all of it where nothing had to be transferred. */
  | { type: 'part'; path: string; bytes: number; from: number }
  /** A part that did not have the right hash and is transferred once more. */
  | { type: 'again'; path: string; why: string }
  | { type: 'cut'; why: string; delayMs: number }
  /** A remark: a repository that was made, a set that was there. */
  | { type: 'note'; text: string };

export type OnTransfer = (event: TransferEvent) => void;

/** What it took to bring a set somewhere. */
export interface Transferred {
  id: string;
  /** Where it is now. */
  place: string;
  /** All bytes of the set, and those of them that travelled. */
  bytes: number;
  transferred: number;
}
