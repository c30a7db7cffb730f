import { attemptFor, type Fault } from './problem';

/**
 * Words of a command line. What is wrong with what they were made of travels along: the workload or image that takes them
 * reports it. Default: nothing is wrong.
 */
export type CommandLine<Word = string> = readonly Word[] & { readonly faults?: readonly Fault[] };

/** Makes a command line where no construct is at hand: what `attempt` cannot read is for whoever takes the words to report. */
export function commandLine(make: (attempt: <T>(field: string, read: () => T, otherwise: T) => T) => readonly string[]): CommandLine {
  const faults: Fault[] = [];
  const words = make((...value) => attemptFor(fault => faults.push(fault), ...value));
  return faults.length > 0 ? Object.assign([...words], { faults }) : words;
}
