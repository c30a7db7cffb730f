import { inspect } from 'node:util';
import { FaultError } from '../model';
import { placesOf } from './places';

/** What `constructs` says of an id that is given twice, and how to put that. */
export const ID_TWICE = {
  says: /^There is already a Construct with name '(.*)' in (.*)$/,
  what: (id: string, place: string) => `two constructs in ${place} have the id '${id}'`,
  fix: 'give one of them another id',
} as const;

let isSaying = false;

/**
 * A program may do wrong what no construct can go on with, before anything is synthesized. That is said as problems are: what,
 * where, and how to mend it, without a stack trace. All other errors are left as they are, and so is whoever has a way of their own.
 */
export function sayUncaughtFaults(): void {
  if (isSaying || process.listenerCount('uncaughtException') > 0) return;
  isSaying = true;
  process.on('uncaughtException', error => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.stderr.write(explained(error) ?? `${inspect(error)}\n`);
    process.exit(1);
  });
}

function explained(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, id, place] = ID_TWICE.says.exec(error.message) ?? [];
  if (!id && !(error instanceof FaultError)) return undefined;
  return [...(id ? [`✖ ${ID_TWICE.what(id, place!)}`, `  fix: ${ID_TWICE.fix}`] : [`✖ ${error.message}`]), ...placesOf(error).map(place => `  at ${place}`), ''].join('\n');
}
