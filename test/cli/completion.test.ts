import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { canCheck, missing } from '../support/here';
import { compose8s, eachInFolderOfItsOwn } from './run-command';

jest.setTimeout(60_000);
eachInFolderOfItsOwn();

/** What is typed before Tab, and what becomes of its last word. */
const TYPED: readonly (readonly [line: string, offered: string])[] = [
  ['val', 'validate'],
  ['secrets ch', 'check'],
  ['secrets check --js', '--json'],
  ['parity --format ma', 'markdown'],
  ['completion z', 'zsh'],
  ['up shop/p', 'shop/prod'],
  ['secrets kubernetes shop/d', 'shop/dev'],
  ['compare shop/prod shop/d', 'shop/dev'],
  ['synth shop --environment p', 'prod'],
  ['synth shop/dev --target k', 'kubernetes'],
];

/** Where files are wanted, the shell itself completes. */
const FILES: typeof TYPED = [['synth --output fi', 'file.yaml'], ['security-report fi', 'file.yaml']];

beforeEach(async () => {
  // A real one would take a second each time. It answers as the command does.
  writeFileSync('compose8s', `#!/bin/sh\n[ "$*" != 'list --names' ] || cat names\n`, { mode: 0o755 });
  writeFileSync('names', (await compose8s('list --names')).stdout);
  writeFileSync('file.yaml', '');
});

const script = async (shell: string) => writeFileSync('completion', (await compose8s(`completion ${shell}`)).stdout);
const run = (shell: string, ...args: readonly string[]) => {
  const { stdout, stderr, error } = spawnSync(shell, args, { encoding: 'utf8', timeout: 30_000, env: { ...process.env, PATH: `${process.cwd()}:${process.env.PATH}`, HOME: process.cwd(), TERM: 'dumb' } });
  if (error) throw error;
  return stderr + stdout;
};

describe('bash', () => {
  const offered = async (line: string) => {
    await script('bash');
    const words = ['compose8s', ...line.split(' ')];
    return run('bash', '-c', `. ./completion; COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _compose8s; echo "\${COMPREPLY[@]}"`).trim();
  };

  test.each(TYPED)('completes %s to %s', async (line, expected) => expect(await offered(line)).toBe(expected));

  test.each([
    ['', /^init synth validate .* completion --version --app --help$/],
    ['up ', /^shop\/dev shop\/prod$/],
    ['parity --format ', /^table json markdown$/],
    // The shell then offers files.
    ['synth --output f', /^$/],
    ['security-report f', /^$/],
  ])('offers all behind "%s"', async (line, expected) => expect(await offered(line)).toMatch(expected));
});

if (canCheck('completion in fish', missing('fish'))) {
  describe('fish', () => {
    const offered = async (line: string) => {
      await script('fish');
      return run('fish', '--no-config', '-c', `source completion; complete -C 'compose8s ${line}'`).trim().split('\n').map(answer => answer.split('\t')[0]);
    };

    test.each([...TYPED, ...FILES])('completes %s to %s', async (line, expected) => expect(await offered(line)).toEqual([expected]));

    test('says of every command what it does', async () => {
      await script('fish');
      expect(run('fish', '--no-config', '-c', `source completion; complete -C 'compose8s '`)).toContain('validate\tcheck every stack on each of its targets; nothing is written\n');
    });
  });
}

if (canCheck('completion in zsh', missing('zsh'))) {
  test('zsh, at its prompt, completes the same', async () => {
    await script('zsh');
    const lines = [...TYPED, ...FILES];
    // A terminal of zsh's own, in which somebody types, presses Tab, and then a key that shows what stands there.
    writeFileSync('typist', `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'show() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; . ./completion; print READ""Y'
until [[ $answer == *READY* ]]; do zpty -r shell line || exit 1; answer+=$line; done
for typed; do
  answer=
  zpty -w -n shell "compose8s $typed"$'\\t\\x18'
  until [[ $answer == *\\<*\\>* ]]; do zpty -r shell line || exit 1; answer+=$line; done
  print -r -- "\${\${answer##*\\<}%%\\>*}"
done
`);
    expect(run('zsh', '-f', 'typist', ...lines.map(([line]) => line)).trim().split('\n').map(answer => answer.trim())).toEqual(lines.map(([line, expected]) => `compose8s ${line.replace(/[^ ]*$/, expected)}`));
  });
}
