import { Document, isCollection, isMap, isScalar, isSeq, type Node } from 'yaml';
import { Redactor } from '../host/redact.js';
import { isSecretPath } from './keys.js';
import type { LoadedConfig } from './load.js';
import { type ConfigPath, formatPath, isMapping } from './path.js';
import { withoutUrlSecrets } from './url-credentials.js';

const MASK = '[secret]';

/** The effective configuration as plain data, with every secret masked. */
export function maskedConfig({ config, secrets }: Pick<LoadedConfig, 'config' | 'secrets'>): unknown {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return mask(config, [], redactor);
}

function mask(value: unknown, path: ConfigPath, redactor: Redactor): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mask(item, [...path, index], redactor));
  if (isMapping(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mask(item, [...path, key], redactor)]),
    );
  }
  if (typeof value === 'string') {
    return isSecretPath(path) && value !== '' ? MASK : redactor.mask(withoutUrlSecrets(value, MASK));
  }
  return typeof value === 'number' && redactor.leaks(String(value)) ? MASK : value;
}

/** The effective configuration as YAML, with every secret masked and, on request, the origin of each value. */
export function renderConfig(loaded: LoadedConfig, { origins }: { origins: boolean }): string {
  const document = new Document(maskedConfig(loaded));
  if (!origins) return document.toString({ lineWidth: 0 });
  annotate(document.contents, [], loaded.origins);
  return onOneLine(document.toString({ lineWidth: 0 }));
}

function annotate(node: unknown, path: ConfigPath, origins: LoadedConfig['origins']): void {
  if (isMap(node)) {
    for (const pair of node.items) annotate(pair.value, [...path, keyOf(pair.key)], origins);
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      annotate(item, [...path, index], origins);
    });
  }
  const isLeaf = isScalar(node) || (isCollection(node) && node.items.length === 0);
  const origin = isLeaf ? origins.get(formatPath(path)) : undefined;
  if (origin !== undefined) (node as Node).comment = ` ${origin}`;
}

/** The YAML library breaks the line between a key and an empty collection that has a comment. */
function onOneLine(yaml: string): string {
  return yaml.replace(/:\n +(\[\]|\{\})\n +# (\w+)$/gm, ': $1 # $2');
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
