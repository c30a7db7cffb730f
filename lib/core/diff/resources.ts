import { loadAll } from 'js-yaml';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUILDS_FILE } from '../build-context';
import { contentOf } from '../output';
import type { OutputFile } from '../target';
import { at, isMapping } from './fields';
import { OPERATIONS_FILE } from '../operations/operations';

/** A part of an emitted folder that an engine or a cluster knows by name: read back from its files. */
export interface Resource {
  /** `services`, `Deployment`; `files` for what is neither. */
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
}

/** Path below the target's folder → content. */
export type Files = ReadonlyMap<string, Buffer>;

export function filesOf(files: ReadonlyMap<string, OutputFile>): Files {
  return new Map([...files].map(([path, file]) => [path, contentOf(file)]));
}

/** What lies in a folder; nothing where there is none. */
export function filesIn(folder: string): Files {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(path => path.replaceAll('\\', '/')).sort();
  return new Map(paths.filter(path => statSync(join(folder, path)).isFile()).map(path => [path, readFileSync(join(folder, path))]));
}

/** The namespace that a manifest names; `undefined` where it names none, and for what is no manifest. */
export function namespaceOf(body: unknown): string | undefined {
  const namespace = at(body, 'metadata.namespace');
  return typeof namespace === 'string' ? namespace : undefined;
}

/** What tells resources apart, as a cluster does it: another version of an API group has the same objects. */
export function keyOf({ kind, name, body }: Resource): string {
  const apiVersion = at(body, 'apiVersion');
  const group = typeof apiVersion === 'string' && apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  return [group, kind, namespaceOf(body) ?? '', name].join('/');
}

/** Everything in an emitted folder, by what tells it apart. An entry of a Compose file is one, a manifest is one, any other file is one. */
export function resourcesOf(files: Files): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  const add = (kind: string, name: string, body: unknown) => resources.set(keyOf({ kind, name, body }), { kind, name, body });
  for (const [path, content] of files) {
    // For people: it changes nothing that runs.
    if (path === OPERATIONS_FILE) continue;
    if (!/^[^/]+\.yaml$/.test(path)) {
      add('files', path, createHash('sha256').update(content).digest('hex'));
      continue;
    }
    for (const document of loadAll(content.toString())) {
      if (!isMapping(document)) continue;
      if (typeof document.kind === 'string' && document.apiVersion !== undefined) add(document.kind, String(at(document, 'metadata.name')), document);
      // Who builds reads it: what runs stands in the project, with its build.
      else if (path !== BUILDS_FILE) for (const [section, entries] of Object.entries(document)) addSection(section, entries, add);
    }
  }
  return resources;
}

function addSection(section: string, entries: unknown, add: (kind: string, name: string, body: unknown) => void): void {
  if (section === 'name') add('project', String(entries), { name: entries });
  // How the files of a project find each other: it changes nothing that runs.
  else if (isMapping(entries)) for (const [name, body] of Object.entries(entries)) add(section, name, body ?? {});
}
