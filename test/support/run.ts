import { afterAll } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, SynthOptions } from '../../lib';

const made: string[] = [];
afterAll(() => made.splice(0).forEach(folder => rmSync(folder, { recursive: true, force: true })));

/** A new, empty folder, removed in the end. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'compose8s-test-')));
  made.push(folder);
  return folder;
}

/** Path → content of every file below a folder, the ledger aside. */
export function filesBelow(folder: string, below = ''): Record<string, string> {
  return Object.assign({}, ...readdirSync(join(folder, below), { withFileTypes: true }).map(entry => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? filesBelow(folder, path) : path === '.compose8s.json' ? {} : { [path]: readFileSync(join(folder, path), 'utf8') };
  })) as Record<string, string>;
}

/** Path → time of the last change, of every file below a folder, the ledger aside. */
export function timesBelow(folder: string): Record<string, number> {
  return Object.fromEntries(Object.keys(filesBelow(folder)).map(path => [path, statSync(join(folder, path)).mtimeMs]));
}

export interface Outcome { readonly out: string; readonly err: string; readonly exitCode: number | string | undefined }

/** Synthesizes, and says what was printed and how it ended. */
export function run(app: App, options?: SynthOptions): Outcome {
  const { stdout, stderr, exitCode } = process;
  const former = [stdout.write, stderr.write] as const;
  const printed = { out: '', err: '' };
  stdout.write = (text: string | Uint8Array) => { printed.out += String(text); return true; };
  stderr.write = (text: string | Uint8Array) => { printed.err += String(text); return true; };
  process.exitCode = undefined;
  try {
    app.synth(options);
    return { ...printed, exitCode: process.exitCode };
  } finally {
    [stdout.write, stderr.write] = former;
    process.exitCode = exitCode;
  }
}
