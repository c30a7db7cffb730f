import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, list, words, type Json, type Reading } from './finding';
import { readDocument } from './readers';

/** Something that was to be read and could not be, in whole or in part. */
export interface Fault {
  readonly file: string;
  readonly what: string;
}

export interface Input extends Omit<Reading, 'faults'> {
  readonly file: string;
}

export interface Inputs {
  /** `shop/prod`, where the plan says it. */
  readonly stack: string | undefined;
  readonly inputs: readonly Input[];
  readonly faults: readonly Fault[];
}

/** No scanner of one image writes as much; more would not fit the memory. */
export const LARGEST = 256 * 2 ** 20;
export const PLAN = 'scan.json';
/** Written by the report itself. */
export const REPORTS = ['report.json', 'report.md', 'report.html'];

interface Output { readonly scanner: string; readonly file: string; readonly subject: string }

/** Reads a folder with the outputs of scanners. What the plan of the scan announces must be there; what else is there is read too. */
export function readInputs(folder: string, { isPlanned = true }: { readonly isPlanned?: boolean } = {}): Inputs {
  const faults: Fault[] = [];
  const { stack, outputs } = readPlan(folder, isPlanned, faults);
  const present = readdirSync(folder).filter(file => !file.startsWith('.') && file !== PLAN && !REPORTS.includes(file)).sort();
  for (const { file, scanner, subject } of outputs) {
    if (!present.includes(file)) faults.push({ file, what: `it is missing: ${scanner} did not scan ${subject}` });
  }
  const inputs = present.flatMap((file): Input[] => {
    const planned = outputs.find(output => output.file === file);
    const document = readJson(folder, file, faults);
    if (document === undefined) return [];
    const reading = readDocument({ document, subject: planned?.subject }, planned?.scanner);
    if ('fault' in reading) {
      faults.push({ file, what: reading.fault });
      return [];
    }
    const { faults: found, ...input } = reading;
    faults.push(...summed(found).map(what => ({ file, what })));
    return [{ file, ...input }];
  });
  if (inputs.length === 0 && faults.length === 0) faults.push({ file: '.', what: 'there is no output of any scanner here' });
  return { stack, inputs, faults };
}

function readPlan(folder: string, isPlanned: boolean, faults: Fault[]): { stack: string | undefined; outputs: readonly Output[] } {
  if (!existsSync(join(folder, PLAN))) {
    if (isPlanned) faults.push({ file: PLAN, what: 'it is missing: nothing says which images and scanners there should be' });
    return { stack: undefined, outputs: [] };
  }
  const plan = readJson(folder, PLAN, faults);
  if (plan === undefined) return { stack: undefined, outputs: [] };
  const all = list(at(plan, 'outputs'));
  const outputs = (all ?? []).flatMap((output): Output[] => {
    const [scanner, file, subject] = ['scanner', 'file', 'subject'].map(key => words(at(output, key)));
    return scanner && file && subject ? [{ scanner, file, subject }] : [];
  });
  if (at(plan, 'format') !== 'compose8s-scan/1' || !all || outputs.length !== all.length || outputs.length === 0) {
    faults.push({ file: PLAN, what: 'it is not the plan of a scan: nothing says which images and scanners there should be' });
  }
  return { stack: words(at(plan, 'stack')), outputs };
}

function readJson(folder: string, file: string, faults: Fault[]): Json | undefined {
  const path = join(folder, file);
  const { size } = lstatSync(path);
  const what = !lstatSync(path).isFile() ? 'it is not a plain file' : size === 0 ? 'it is empty: the scanner did not come to an end'
    : size > LARGEST ? `it has ${size} bytes, more than the ${LARGEST} that are read` : undefined;
  if (what) {
    faults.push({ file, what });
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as Json;
  } catch {
    // The parser's own words quote the content.
    faults.push({ file, what: 'it is not JSON, or only the beginning of it' });
    return undefined;
  }
}

const MOST = 5;

/** A file that is wrong throughout needs not say so a thousand times. */
function summed(faults: readonly string[]): string[] {
  return faults.length <= MOST ? [...faults] : [...faults.slice(0, MOST), `and ${faults.length - MOST} more of the kind`];
}
