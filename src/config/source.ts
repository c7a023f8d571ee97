import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { EXIT, VdbError } from '../errors.js';
import type { ConfigPath } from './path.js';

/** A line and a column in a file, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A YAML file that knows where its values stand. */
export interface YamlSource {
  file: string;
  /** The content as plain data; an empty file is an empty mapping. */
  data: unknown;
  /** Errors of the YAML itself. */
  syntax: { position: Position; message: string }[];
  /** Where the value at `path` stands or, when it is missing, the nearest mapping around it. */
  positionOf(path: ConfigPath): Position;
  /** Where the key at the end of `path` stands. */
  positionOfKey(path: ConfigPath): Position;
}

/** Reads the configuration file. Throws `config.missing` when it is not there. */
export async function readSource(file: string): Promise<YamlSource> {
  try {
    return parseSource(file, await readFile(file, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw unreadable(file, cause as NodeJS.ErrnoException);
  }
}

function unreadable(file: string, cause: NodeJS.ErrnoException): VdbError {
  if (cause.code === 'ENOENT') {
    return new VdbError(`There is no configuration at ${file}.`, {
      code: 'config.missing',
      exitCode: EXIT.usage,
      next: 'Write one with vdb init, name one with --config FILE, or start a disposable host with vdb lab up.',
      cause,
    });
  }
  return new VdbError(`The configuration ${file} cannot be read: ${cause.code}.`, {
    code: 'config.unreadable',
    exitCode: EXIT.usage,
    next: `Check that ${file} is a file and that you may read it.`,
    cause,
  });
}

/** Parses YAML text. Syntax errors are collected, not thrown. */
export function parseSource(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    position: at(error.pos[0]),
    message: plainMessage(error),
  }));
  return {
    file,
    data: syntax.length > 0 ? {} : (document.toJS() ?? {}),
    syntax,
    positionOf: (path) => at(offsetOf(document, path)),
    positionOfKey: (path) => at(keyOffset(document, path) ?? offsetOf(document, path)),
  };
}

/** The parser quotes the text it stumbled over, which may be a secret. */
function plainMessage(error: YAMLError): string {
  return error.message.replace(/: ?["'].*$/s, '').split('\n', 1)[0] ?? error.code;
}

function offsetOf(document: Document, path: ConfigPath): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    return length < path.length || isMap(node)
      ? (keyOffset(document, path.slice(0, length)) ?? node.range[0])
      : node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: ConfigPath): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const key = parent.items.find(
    (pair) => isScalar(pair.key) && String(pair.key.value) === String(path.at(-1)),
  )?.key;
  return isNode(key) ? key.range?.[0] : undefined;
}
