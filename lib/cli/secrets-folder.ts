import type { Command } from 'commander';
import { isAbsolute } from 'node:path';
import { ENVIRONMENT_FILE, holderOf, SecretsFolder } from '../core/secrets';
import type { Stack } from '../core/stack';
import type { Call } from './command';
import { Misuse } from './errors';

/** What all commands about secrets take. */
export function describeSecrets(command: Command): Command {
  return command
    .argument('<system/environment>', 'the stack')
    .option('--secrets-dir <folder>', 'the folder with the values of this stack (default: $SECRETS_DIR, as for Compose, or secrets/<system>/<environment>)');
}

/** Where the values of a stack are: what was asked for, or where Compose looks by default. @throws Misuse where those of another stack are there. */
export function secretsFolder(stack: Stack, call: Call): SecretsFolder {
  const folder = folderOf(stack, call);
  const holder = holderOf(folder);
  if (holder === undefined || holder === stack.node.path) return folder;
  throw new Misuse(`${folder.display()} holds the secrets of ${holder}, and ${stack.node.path} is to have its own`, `name another folder; if the stack was called ${holder} before, remove ${folder.display(ENVIRONMENT_FILE)}, which is derived anew`);
}

function folderOf({ node }: Stack, { options }: Call): SecretsFolder {
  if (typeof options.secretsDir === 'string') return SecretsFolder.at(options.secretsDir);
  const variable = process.env.SECRETS_DIR;
  if (!variable) return SecretsFolder.inProject(process.cwd(), node.path);
  if (!isAbsolute(variable)) throw new Misuse('SECRETS_DIR is not an absolute path: Compose would read it from the emitted folder, and this command from here', 'make it absolute, or use --secrets-dir');
  return SecretsFolder.at(variable);
}
