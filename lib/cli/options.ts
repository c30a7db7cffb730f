import type { Command, Option } from 'commander';
import { Misuse } from './errors';

/** Reads an option that can be given more than once. */
export function several(value: string, former: readonly string[] = []): readonly string[] {
  return [...former, value];
}

/** Has an option with one value refused where it is given twice: the first value would be lost. */
export function refuseTwice(command: Command): void {
  for (const option of command.options.filter(isSingle)) {
    let given = 0;
    command.on(`option:${option.name()}`, () => {
      if (++given > 1) throw new Misuse(`${option.long} is given twice`, 'give it once');
    });
  }
}

function isSingle({ required, variadic, parseArg }: Option): boolean {
  return required && !variadic && parseArg !== several;
}
