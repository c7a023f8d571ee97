/** The largest whole number from 0 to `most` for which `holds`, which holds up to some number and not beyond; null for none. Pure. */
export function largestThat(holds: (value: number) => boolean, most: number): number | null {
  if (!holds(0)) return null;
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
