/** The last `lines` non-empty lines of `text`. */
export function tail(text: string, lines: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

/** Names for a summary, by name while they are few, else their number: "a, b, c", "15 settings". */
export function named(names: readonly string[], word: string): string {
  return names.length <= 3 ? names.join(', ') : `${names.length} ${word}s`;
}

/** The first `most` names, and how many more there are: "a, b, c and 12 more". One more is named too. */
export function firstNames(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest <= 1 ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${rest} more`;
}

/** `text` on one line, without what would steer a terminal or break a format: control characters are replaced. */
export function printable(text: string): string {
  return text
    .trim()
    .replaceAll(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\uFEFF\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** The day of an instant in UTC, as it is written in a configuration: `2030-01-31`. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
