import { expect, test } from 'vitest';
import { parseReferences, type TextPart } from '../../../src/config/reference.js';

const env = (argument: string) => ({ kind: 'env', argument });

test.each<[string, TextPart[]]>([
  ['plain', ['plain']],
  ['', ['']],
  ['${env:A}', [env('A')]],
  ['a${env:A}b${env:B}', ['a', env('A'), 'b', env('B')]],
  ['$${env:A}', ['${env:A}']],
  ['$5 {x}', ['$5 {x}']],
  ["${cmd:awk '{print $1}' f}", [{ kind: 'cmd', argument: "awk '{print $1}' f" }]],
  ['${file:a.yaml#b:c}', [{ kind: 'file', argument: 'a.yaml#b:c' }]],
  ['${HOME}', [{ kind: 'HOME', argument: '' }]],
])('%j has the parts %j', (text, parts) => {
  expect(parseReferences(text)).toEqual(parts);
});

test('a reference that is not closed is refused', () => {
  expect(() => parseReferences('${env:A')).toThrow('not closed');
});
