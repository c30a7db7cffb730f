import { createHash } from 'node:crypto';
import type { Fault, Problem } from '../../model';
import type { Graph } from '../graph';
import { certificateFaults } from './certificate-faults';
import { environmentText } from './environment';
import { displayed, ENVIRONMENT_FILE, type SecretsFolder } from './folder';
import { gitView } from './git';
import { bySecret, CERTIFICATE, inventoryOf, isPair, PRIVATE_KEY, type SecretEntry } from './inventory';
import { weaknesses } from './strength';
import { hasValue, textIn, valueIn } from './values';

/** A problem must be mended; a warning may be meant so. */
export interface Finding extends Problem {
  readonly level: 'problem' | 'warning';
}

/** The values of a stack, or of another whose values must not be the same. */
export interface Vault {
  readonly graph: Graph;
  readonly folder: SecretsFolder;
}

/** Characters of a given value of which nobody has said that fewer will do. */
const SHORT = 8;

/** What is missing, weak, out of date or open to others. No value, nor part of one, is in any finding. */
export function checkSecrets({ graph, folder }: Vault, others: readonly Vault[] = []): Finding[] {
  const entries = inventoryOf(graph);
  const init = `npx compose8s secrets init ${graph.stack.node.path}`;
  const findings: Finding[] = [];
  const add = (path: string, faults: Iterable<Fault>, level: Finding['level'] = 'problem') => {
    for (const fault of faults) findings.push({ ...fault, at: folder.display(path), level });
  };
  for (const entry of entries) add(entry.path, presence(entry, folder, init));
  for (const secret of bySecret(entries)) {
    if (isPair(secret)) add(`${secret[0]!.name}/${CERTIFICATE}`, pairFaults(secret, graph, folder, init));
    for (const entry of secret) if (!isPair(secret) || ![CERTIFICATE, PRIVATE_KEY].includes(entry.key)) add(entry.path, valueFaults(entry, graph, folder));
  }
  // Where nothing worse is known of the value.
  for (const entry of entries) if (findings.every(({ at }) => at !== folder.display(entry.path))) add(entry.path, brevity(entry, folder), 'warning');
  for (const { entry, like, level } of sameValues({ graph, folder }, others)) {
    add(entry.path, [{ code: 'secret-shared', what: `its value is the same as that of ${like}`, fix: 'give each its own, so that who learns one does not hold both' }], level);
  }
  const extra = folder.besides(new Set(entries.map(({ path }) => path)));
  for (const path of extra) add(path, [{ code: 'secret-unused', what: 'no secret of the program has this name', fix: 'remove it; if the secret has a new name, rename its folder instead of having a new value made' }], 'warning');
  if (findings.every(({ code }) => code !== 'secret-missing')) add(ENVIRONMENT_FILE, environmentFaults(graph, folder, init));
  findings.push(...accessFindings(entries, folder, init));
  return findings;
}

function* presence({ path, origin }: SecretEntry, folder: SecretsFolder, init: string): Iterable<Fault> {
  const state = folder.state(path);
  const fix = origin.kind === 'given' ? `put it into this file: ${origin.hint}` : `run: ${init}`;
  if (state === 'missing') yield { code: 'secret-missing', what: 'there is no value', fix };
  if (state === 'folder') yield { code: 'secret-missing', what: 'a folder stands where the value should be: Docker makes one where a file to mount is missing', fix: `remove the folder, then ${fix}` };
  if (state === 'file' && !hasValue(folder.read(path))) yield { code: 'secret-empty', what: 'the file is empty', fix: origin.kind === 'given' ? fix : `remove the file, then ${fix}` };
}

function* valueFaults({ path, key, name, origin, variable }: SecretEntry, { stack }: Graph, folder: SecretsFolder): Iterable<Fault> {
  const content = folder.read(path);
  if (!content || !hasValue(content)) return;
  const text = textIn(content);
  if (text === undefined) {
    if (variable) yield { code: 'secret-not-text', what: `it is not text in UTF-8, and a workload has it in its environment (${variable})`, fix: 'mount it as a file instead, or give it in Base64' };
    return;
  }
  yield* weaknesses(text, origin, [stack.system, stack.environment, stack.projectName, name, key]);
}

/** What is so short may still be all that the vendor gives: a PIN, the name of an account. */
function* brevity({ path, origin }: SecretEntry, folder: SecretsFolder): Iterable<Fault> {
  const content = folder.read(path);
  if (origin.kind !== 'given' || origin.minLength !== undefined || !content || !hasValue(content)) return;
  const { length } = textIn(content) ?? { length: SHORT };
  if (length < SHORT) yield { code: 'secret-brief', what: `it has ${length} ${length === 1 ? 'character' : 'characters'}, few enough to be guessed one after the other`, fix: `get a longer one; if there is none, say so: Secret.given(…, { minLength: ${length} })` };
}

function pairFaults(secret: readonly SecretEntry[], graph: Graph, folder: SecretsFolder, init: string): Iterable<Fault> {
  const [certificate, key] = [CERTIFICATE, PRIVATE_KEY].map(file => folder.read(`${secret[0]!.name}/${file}`));
  if (!certificate || !key) return [];
  const { origin } = secret.find(entry => entry.key === CERTIFICATE)!;
  const own = graph.certificates.find(({ spec }) => spec.secret === secret[0]!.secret);
  const hosts = origin.kind === 'self-signed' ? origin.hosts : own?.spec.hosts ?? [];
  return certificateFaults(certificate, key, hosts, origin.kind === 'self-signed' ? `remove both files, then run: ${init}` : 'put a new pair in place');
}

/** Equal values, found by their hashes. The same given value in two environments may be meant so: a vendor may give only one. */
function sameValues(vault: Vault, others: readonly Vault[]): { readonly entry: SecretEntry; readonly like: string; readonly level: Finding['level'] }[] {
  const seen = new Map<string, { readonly path: string; readonly given: boolean; readonly folder: SecretsFolder }>();
  const hashes = ({ graph, folder }: Vault) => inventoryOf(graph).flatMap(entry => {
    const content = folder.read(entry.path);
    return content && hasValue(content) ? [{ entry, folder, hash: createHash('sha256').update(valueIn(content)).digest('base64') }] : [];
  });
  for (const { entry, folder, hash } of others.flatMap(hashes)) seen.set(hash, { path: entry.path, given: entry.origin.kind === 'given', folder });
  return hashes(vault).flatMap(({ entry, folder, hash }) => {
    const like = seen.get(hash);
    seen.set(hash, { path: entry.path, given: entry.origin.kind === 'given', folder });
    if (!like) return [];
    const mayBe = like.folder !== folder && like.given && entry.origin.kind === 'given';
    return [{ entry, like: like.folder.display(like.path), level: mayBe ? 'warning' as const : 'problem' as const }];
  });
}

function* environmentFaults(graph: Graph, folder: SecretsFolder, init: string): Iterable<Fault> {
  const environment = folder.read(ENVIRONMENT_FILE);
  if (!environment) yield { code: 'environment-missing', what: 'Compose reads the values from this file, and it is not there', fix: `run: ${init}` };
  else if (!environment.equals(Buffer.from(environmentText(graph, folder)))) yield { code: 'environment-stale', what: 'it does not say what the files beside it say', fix: `run: ${init}` };
}

function accessFindings(entries: readonly SecretEntry[], folder: SecretsFolder, init: string): Finding[] {
  if (!folder.exists) return [];
  const present = entries.map(({ path }) => path).filter(path => folder.state(path) === 'file');
  const modes = folder.wrongModes(present).map(({ path, mode, wanted, mended }): Finding => ({
    level: 'problem', code: 'secret-mode', at: path, what: `its mode is ${octal(mode)}: ${wanted === 0o444 ? 'users in containers must be able to read it, and others not to change it' : 'other users of this host can get at it'}`,
    fix: mended ? `run: ${init}` : `run: chmod ${octal(wanted)} ${path}`,
  }));
  const git = gitView(folder.root);
  const at = displayed(folder.root);
  return [
    ...modes,
    ...(git && !git.ignored ? [{ level: 'problem' as const, code: 'secrets-not-ignored', at, what: 'git does not ignore this folder', fix: `run: ${init}` }] : []),
    ...(git && git.tracked.length > 0 ? [{
      level: 'problem' as const, code: 'secrets-in-git', at, what: `git holds ${git.tracked.length} of its files: ${git.tracked.slice(0, 3).join(', ')}`,
      fix: `run: git rm --cached -r ${at}; then replace every value that was ever committed`,
    }] : []),
  ];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
