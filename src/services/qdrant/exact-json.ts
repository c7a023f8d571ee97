/** A text in quotes, or a whole number that a float may not hold. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * Reads JSON in which whole numbers beyond 2^53, as the ids of Qdrant's peers are, come as text with all their digits.
 * Throws `SyntaxError`. Pure.
 */
export function parseExact<T>(text: string): T {
  const exact = text.replaceAll(TOKENS, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
  );
  return JSON.parse(exact) as T;
}
