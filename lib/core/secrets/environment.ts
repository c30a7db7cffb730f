import { createHmac } from 'node:crypto';
import type { Graph } from '../graph';
import { dotenv } from './dotenv';
import { ENVIRONMENT_FILE, REVISION_KEY, type SecretsFolder } from './folder';
import { bySecret, inventoryOf, revisionVariable, type SecretEntry } from './inventory';
import { textIn } from './values';

/** The `.env` that Compose reads, derived from the files beside it: values that workloads have in their environment, and revisions of those that they mount. */
export function environmentText(graph: Graph, folder: SecretsFolder): string {
  const entries = inventoryOf(graph);
  const variables: Record<string, string> = {};
  for (const { variable, path } of entries) {
    const content = variable && folder.read(path);
    const text = content && textIn(content);
    if (variable && text) variables[variable] = text;
  }
  const revisionKey = folder.read(REVISION_KEY);
  for (const secret of bySecret(entries)) {
    if (revisionKey && secret.some(({ mounted }) => mounted)) variables[revisionVariable(secret[0]!.name)] = revisionOf(secret, folder, revisionKey);
  }
  return dotenv(`${graph.stack.node.path}${DERIVED}, for Docker Compose. Change those, then run: npx compose8s secrets init ${graph.stack.node.path}`, variables);
}

const DERIVED = ': derived from the files beside it';

/** The stack whose values are in a folder, as far as the file tells that was derived from them. */
export function holderOf(folder: SecretsFolder): string | undefined {
  const [head = ''] = folder.read(ENVIRONMENT_FILE)?.toString().split('\n') ?? [];
  const end = head.indexOf(DERIVED);
  return end > 2 ? head.slice(2, end) : undefined;
}

/**
 * Differs when a mounted value differs, and is the same as long as it is the same, on every host that the folder is copied to.
 * It stands in a label that anybody can read who may ask the engine: without the key, which stays in the folder, no guess at a value can be tried on it.
 */
function revisionOf(entries: readonly SecretEntry[], folder: SecretsFolder, revisionKey: Buffer): string {
  const digest = createHmac('sha256', revisionKey);
  for (const { path, mounted } of entries) {
    const content = mounted ? folder.read(path) : undefined;
    if (content) digest.update(`${path}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex').slice(0, 16);
}
