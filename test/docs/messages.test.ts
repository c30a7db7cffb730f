import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { BadInput } from '../bad-input/case';
import * as graphs from '../bad-input/graphs';
import * as hosts from '../bad-input/hosts';
import * as products from '../bad-input/products';
import * as workloads from '../bad-input/workloads';
import { ROOT, blocksOf, pages } from './blocks';

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sourcesBelow(path) : /(?<!\.d)\.ts$/.test(path) ? [path] : [];
  });
}

const files = ['lib', 'constructs'].flatMap(sourcesBelow).map(path => ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest, true));

/** Every text of the sources, with a wild card for what is put into it. */
const patterns: RegExp[] = [];
/** What targets say of themselves: `compose probes.alive left-out`. */
const notes: string[] = [];

for (const file of files) {
  // What the core says, it says for each of them.
  const targets = /^lib\/core\//.test(file.fileName) ? ['compose', 'kubernetes'] : /^lib\/targets\/(\w+)\//.exec(file.fileName)?.slice(1) ?? [];
  const visit = (node: ts.Node): void => {
    const parts = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? [node.text]
      : ts.isTemplateExpression(node) ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)] : [];
    if (parts.join('').replace(/\W/g, '').length >= 9) patterns.push(new RegExp(`^${parts.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]+')}$`));
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'note') {
      const [, field, outcome, , status] = node.arguments;
      if (field && outcome && ts.isStringLiteral(field) && ts.isStringLiteral(outcome)) notes.push(...targets.map(target => `${target} ${field.text} ${outcome.text}${status && ts.isStringLiteral(status) ? ` (${status.text})` : ''}`));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

interface Message { readonly place: string; readonly what: string; readonly at?: string; readonly fix?: string }

const messages = pages().flatMap(page => blocksOf(page).filter(({ language }) => ['', 'text'].includes(language)).flatMap(({ text, line }) => (
  // One that is thrown has no sign before it.
  [...text.matchAll(/^(?:✖ |(?=a Text was ))(.*(?:\n(?!✖| {2}at | {2}fix: )\S.*)*)(?:\n {2}at (.*))?(?:\n {2}fix: (.*))?/gm)].map(([, what, at, fix]): Message => ({ place: `${page}:${line}`, what: what!, at, fix })))));

const tables = [workloads, graphs, hosts, products].flatMap(table => Object.values(table) as (readonly BadInput[])[]).flat();
const expected = new Set(tables.flatMap(({ problems }) => problems.map(({ what, fix }) => `${what}\n${fix}`)));

/** A value that is read from props has the name of its field before it. */
function isSaid(words: string): boolean {
  return [words, words.replace(/^[\w. ]+: /, '')].some(text => patterns.some(pattern => pattern.test(text)));
}

test('there are messages in the documentation, and texts in the sources', () => {
  expect(messages.length).toBeGreaterThan(20);
  expect(patterns.length).toBeGreaterThan(400);
});

test.each(messages.filter(({ at, fix }) => at !== undefined && fix !== undefined).map(message => [message.place, message.what, message] as const))('%s quotes what is printed: %s', (_, __, { what, fix }) => {
  if (!expected.has(`${what}\n${fix}`)) expect({ what: isSaid(what), fix: isSaid(fix!) }).toEqual({ what: true, fix: true });
});

test.each(messages.filter(({ at, fix }) => at === undefined && fix !== undefined).map(message => [message.place, message.what, message] as const))('%s quotes what the command line says: %s', (_, __, { what, fix }) => {
  expect({ what: isSaid(what), fix: isSaid(fix!) }).toEqual({ what: true, fix: true });
});

describe('the parity decisions in docs/explanation.md', () => {
  const rows = [...readFileSync(join(ROOT, 'docs/explanation.md'), 'utf8').matchAll(/^\| `([\w. ]+)` \| (compose|kubernetes) \| ((?:approximated|left-out|loosened)(?: \(default\))?) \| \S/gm)].map(([, field, target, outcome]) => `${target} ${field} ${outcome}`);
  const said = [...new Set(notes)];

  test('explain every note that a target makes', () => {
    expect(said.length).toBeGreaterThan(30);
    expect(said.filter(note => !rows.includes(note))).toEqual([]);
  });

  test('explain no note that no target makes, nor one twice', () => {
    expect(rows.filter((row, i) => !said.includes(row) || rows.indexOf(row) !== i)).toEqual([]);
  });
});
