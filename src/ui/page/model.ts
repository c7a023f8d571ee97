/** What a text says of the thing: it decides the colour, never alone, as the word stands beside it. */
export type Tone = 'good' | 'bad' | 'warn' | 'unsure';

/** One piece of text of a table or a list. */
export type Cell = string | { text: string; tone?: Tone };

/** One thing that is to be done something about. */
export interface Finding {
  title: string;
  /** How it is known to machines: `qdrant.auth`. */
  id: string;
  /** Its status in a word, with its tone. */
  word: string;
  tone: Tone;
  /** What is said of it, by what it is: `seen`, `remedy`. A command stands as it is to be typed. */
  sayings: readonly { label: string; text: string; isCommand?: true }[];
}

/** A part of what there is. `share` is 1 where everything is taken; it may be more. */
export interface Meter {
  label: string;
  share: number;
  text: string;
  tone: Tone;
}

/** A piece of a page. All text is plain. */
export type Block =
  | { kind: 'text'; text: string; tone?: Tone }
  | { kind: 'facts'; facts: readonly (readonly [label: string, value: Cell])[] }
  /** `numbers` are the columns that are aligned as numbers. */
  | {
      kind: 'table';
      caption: string;
      head: readonly string[];
      rows: readonly (readonly Cell[])[];
      numbers?: readonly number[];
    }
  | { kind: 'findings'; findings: readonly Finding[] }
  | { kind: 'meters'; caption: string; meters: readonly Meter[] }
  /** A line through values over time. `text` says in words what it shows. */
  | { kind: 'line'; text: string; values: readonly { at: number; value: number }[] }
  | { kind: 'folded'; summary: string; blocks: readonly Block[] };

export interface Section {
  /** Names its anchor. */
  id: string;
  title: string;
  blocks: readonly Block[];
}

/** A page that people look at. */
export interface Page {
  title: string;
  /** Of what, when, by what. */
  provenance: string;
  /** A word or two that say it all, and what is behind it. */
  verdict: { word: string; text: string; tone: Tone };
  sections: readonly Section[];
  /** What its reader should know of it. */
  note: string;
}
