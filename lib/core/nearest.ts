/** The names most like a misspelt one, the nearest first; none where nothing is like it. */
export function nearest(word: string, names: readonly string[]): string[] {
  // A word of which nothing is left is like any other.
  const limit = Math.min(Math.max(2, Math.floor(word.length / 3)), word.length - 1);
  return names
    .map(name => ({ name, distance: isPartOf(word, name) ? Math.min(1, limit) : distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `prod` of `shop/prod` */
function isPartOf(word: string, name: string): boolean {
  return name.split('/').includes(word) && name !== word;
}

/** How many characters must be put in, taken out, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1), ...(swapped ? [before[j - 2]! + 1] : []));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
