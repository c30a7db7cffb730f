import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../../core/folders';
import { shellWord } from '../../core/shell';
import type { LocalCommand } from '../command';
import { EXIT, Misuse } from '../errors';
import { sources } from '../init/sources';
import { tooling } from '../init/tooling';
import { say } from '../terminal';
import { peers, version } from '../version';

/** Names of projects and namespaces have 63 characters at most, and those of the new project end with `-prod`. */
const LONGEST = 63 - '-prod'.length;

/** Makes a project that synthesizes and passes its tests at once. */
export const init: LocalCommand = {
  name: 'init',
  describe: command => command
    .description('make a new project: a stack, its tests, and a CI workflow')
    .argument('[name]', 'the system, and the folder to make (default: the current folder, which must be empty)')
    .option('--package <specifier>', 'which compose8s the project depends on (default: this version)'),
  examples: ['npx compose8s init shop', 'mkdir shop && cd shop && npx compose8s init'],
  runHere({ args: [given], options }) {
    const folder = resolve((given as string | undefined) ?? '.');
    const name = basename(folder);
    if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) throw new Misuse(`'${name}' cannot be the name of a system`, 'use lower-case letters, digits and dashes, and begin with a letter');
    if (name.length > LONGEST) throw new Misuse(`'${name}' has ${name.length} characters, and the name of a system may have ${LONGEST}`, 'choose a shorter one');
    // A repository that was just made is empty to people.
    const [there] = existsSync(folder) ? readdirSync(folder).filter(entry => entry !== '.git') : [];
    if (there !== undefined) throw new Misuse(`${folder} is not empty: ${there} is there`, 'name a folder that is not there yet: npx compose8s init <name>');
    // The peers by name, so that the project decides when it takes newer ones.
    const dependencies = { compose8s: (options.package as string | undefined) ?? `^${version()}`, ...peers() };
    const files = { ...sources(name), ...tooling(name, dependencies) };
    for (const [path, text] of Object.entries(files)) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), text);
    }
    const cd = relative(process.cwd(), folder);
    say(`✔ ${name}: ${Object.keys(files).length} files\n  → ${cd ? `cd ${shellWord(cd)} && ` : ''}npm install && npm test && npm run synth\n`);
    return EXIT.ok;
  },
};
