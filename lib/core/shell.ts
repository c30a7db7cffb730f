/** A word of a command line as the shell takes it: in single quotes, which keep everything as it is but for themselves, where it needs any. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
