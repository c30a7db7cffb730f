/** How the command line ends. Whatever else the stacks' program ends with is passed on as it is. */
export const EXIT = { ok: 0, problems: 1, misuse: 2, changes: 3, dataAtRisk: 4, weaker: 5 } as const;

/** Something that the person at the keyboard can set right: printed without a stack trace. */
export class Misuse extends Error {
  constructor(what: string, readonly fix: string) {
    super(`${what}\n  fix: ${fix}`);
    this.name = 'Misuse';
  }
}

const BY_CODE: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EACCES: ['this user may not do that', 'give it the right to, or name another place'],
  EPERM: ['this user may not do that', 'give it the right to, or name another place'],
  EROFS: ['the disk can only be read', 'name another place'],
  ENOSPC: ['the disk is full', 'make room, or name another place'],
  ENOTDIR: ['a folder is needed where a file stands', 'name another place, or move the file away'],
  EEXIST: ['a folder is needed where a file stands', 'name another place, or move the file away'],
  EISDIR: ['a file is needed where a folder stands', 'name another place'],
};

/** A disk that is full, a file that may not be read: what the system refuses, in words. `undefined` for all other errors. */
export function misuseOf(error: unknown): Misuse | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error)) return undefined;
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  const [what, fix] = BY_CODE[code] ?? [];
  return what && fix && path ? new Misuse(`${path}: ${what}`, fix) : new Misuse(message, 'set right what the system says');
}
