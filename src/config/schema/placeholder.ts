/** Extended regular expressions, each for the beginning of a placeholder in any case. */
export const PLACEHOLDER_WORDS = [
  'secure_password_123',
  'change[-_ ]?(me|this|it)',
  'password',
  'passw0rd',
  'secret',
  'admin',
  'example',
  'placeholder',
  'todo',
  'test',
  'qwerty',
  'your[-_ ].*',
  'x{3,}',
  '<.*>',
];

const PLACEHOLDER = new RegExp(`^(${PLACEHOLDER_WORDS.join('|')})[-_!.\\d]*$`, 'i');

/**
 * Whether a secret is one that documentation uses as an example (`secure_password_123`, `changeme`, one
 * character repeated) rather than a generated one.
 */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || /^(.)\1+$/.test(value);
}
