/** How the command line ends. Whatever else the stacks' program ends with is passed on as it is. */
export const EXIT = { ok: 0, problems: 1, misuse: 2, changes: 3, dataAtRisk: 4 } as const;

/** Something that the person at the keyboard can set right: printed without a stack trace. */
export class Misuse extends Error {
  constructor(what: string, readonly fix: string) {
    super(`${what}\n  fix: ${fix}`);
    this.name = 'Misuse';
  }
}
