import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { COMMANDS } from '../../lib/cli/commands';
import { ROOT, blocksOf, pages } from './blocks';

const all = [...pages(), 'README.md', ...readdirSync(join(ROOT, 'docs/reference')).map(file => `docs/reference/${file}`)];
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** As hosts of Markdown make them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}

test.each(all)('the links of %s lead somewhere', page => {
  const links = [...textOf(page).replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  const wrong = links.filter(([, path, anchor]) => {
    const target = relative(ROOT, join(ROOT, dirname(page), path === '' ? `../${page}` : path!));
    const file = path === '' ? page : target;
    return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(wrong.map(([link]) => link)).toEqual([]);
});

test('every how-to page is in the list of them', () => {
  const listed = [...textOf('docs/how-to/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page!);
  expect(listed.sort()).toEqual(readdirSync(join(ROOT, 'docs/how-to')).filter(file => file !== 'README.md').sort());
});

describe('the command lines in the documentation', () => {
  const lines = pages().flatMap(page => [
    ...blocksOf(page).filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n')),
    ...[...textOf(page).matchAll(/`(npx compose8s [^`]+)`/g)].map(([, line]) => line!.replaceAll('\\|', '|')),
  ].flatMap(line => [...line.matchAll(/\bcompose8s (?=[a-z])([^|>#&]*)/g)].map(([, words]) => ({ page, words: words!.trim() }))));

  test.each([...new Map(lines.map(({ page, words }) => [words, page]))])('compose8s %s (%s)', words => {
    const command = COMMANDS.find(({ name }) => words === name || words.startsWith(`${name} `));
    expect(command?.name).toBeDefined();
    const described = command!.describe(new Command(command!.name)).exitOverride().configureOutput({ writeErr: () => undefined }).option('--app <command>');
    const own = (words.slice(command!.name.length).match(/'[^']*'|\S+/g) ?? []).filter(word => word !== '…');
    expect(() => described.action(() => undefined).parse(own, { from: 'user' })).not.toThrow();
  });
});

test('the scripts that pages name are in package.json', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = textOf('CONTRIBUTING.md').match(/(?<=npm run )[\w:]+/g) ?? [];
  expect(named.filter(name => !(name in scripts))).toEqual([]);
});
