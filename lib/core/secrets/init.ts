import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../graph';
import { selfSignedPair } from './certificate';
import { environmentText } from './environment';
import { ENVIRONMENT_FILE, REVISION_KEY, type SecretsFolder, type WrongMode } from './folder';
import { gitView } from './git';
import { bySecret, CERTIFICATE, inventoryOf, isForBuilds, PRIVATE_KEY, type SecretEntry } from './inventory';
import { hasValue, randomHex, randomPassword } from './values';

export interface Missing {
  readonly path: string;
  /** What it is, or why it could not be made. */
  readonly hint: string;
}

/** What was done, by names only. */
export interface InitReport {
  readonly made: readonly string[];
  readonly kept: readonly string[];
  /** What people have to give. */
  readonly missing: readonly Missing[];
  readonly environment: 'written' | 'unchanged';
  /** Modes of folders that are not ours to change. */
  readonly wrongModes: readonly WrongMode[];
}

/**
 * Makes the values that are missing and can be made; then derives what Compose reads from all that are there.
 * @param kept secrets whose values are elsewhere, by name. Default: none.
 * @param options `builds`: whether what only builds read is wanted too. Default: yes.
 */
export function initSecrets(graph: Graph, folder: SecretsFolder, kept: ReadonlySet<string> = new Set(), { builds = true }: { readonly builds?: boolean } = {}): InitReport {
  const entries = inventoryOf(graph).filter(entry => !kept.has(entry.name) && (builds || !isForBuilds(entry)));
  folder.makeFolder();
  keepFromGit(folder.root);
  folder.create(REVISION_KEY, randomHex(32), 0o600);
  const made = bySecret(entries).flatMap(secret => make(secret, folder));
  const missing = entries.flatMap(entry => missingValue(entry, folder));
  const present = entries.map(({ path }) => path).filter(path => folder.state(path) === 'file');
  const environment = folder.replace(ENVIRONMENT_FILE, environmentText(graph, folder)) ? 'written' : 'unchanged';
  const wrongModes = folder.mendModes(present);
  return { made, kept: present.filter(path => !made.includes(path)), missing, environment, wrongModes };
}

function make(entries: readonly SecretEntry[], folder: SecretsFolder): string[] {
  const absent = entries.filter(({ path }) => folder.state(path) !== 'file');
  // So that people find where to put theirs.
  if (absent.some(({ origin }) => origin.kind === 'given')) folder.makeFolder(entries[0]!.name);
  const made = absent.filter(({ origin, path }) => {
    switch (origin.kind) {
      case 'password': return folder.create(path, randomPassword(origin.length));
      case 'hex': return folder.create(path, randomHex(origin.bytes));
      // Its other half was made with it, or somebody must give it.
      case 'self-signed': return false;
      case 'given': return false;
    }
  });
  const pair = absent.filter(({ origin }) => origin.kind === 'self-signed');
  return [...made, ...(pair.length === 2 ? makePair(pair, folder) : [])].map(({ path }) => path);
}

function makePair(pair: readonly SecretEntry[], folder: SecretsFolder): readonly SecretEntry[] {
  const { name, origin } = pair[0]!;
  const { certificate, privateKey } = selfSignedPair(origin.kind === 'self-signed' ? origin.hosts : []);
  return folder.createTogether(name, { [CERTIFICATE]: certificate, [PRIVATE_KEY]: privateKey }) ? pair : [];
}

function missingValue({ path, origin }: SecretEntry, folder: SecretsFolder): Missing[] {
  const content = folder.read(path);
  if (hasValue(content)) return [];
  if (content) return [{ path, hint: origin.kind === 'given' ? `${origin.hint} (the file is empty)` : 'the file is empty: remove it to have a value made' }];
  if (folder.state(path) === 'folder') return [{ path, hint: 'a folder stands where the value should be: remove it' }];
  if (origin.kind === 'self-signed') return [{ path, hint: 'the other half of the pair is there: give this half too, or remove the other to have a new pair made' }];
  return [{ path, hint: origin.kind === 'given' ? origin.hint : 'it could not be made' }];
}

/** Unless git keeps off the folder by the project's own rules. */
function keepFromGit(root: string): void {
  if (gitView(root)?.ignored) return;
  try {
    writeFileSync(join(root, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
