import type { Arrow, Box, Diagram } from './diagram';

const SHAPES: { readonly [K in Box['kind']]: readonly [open: string, close: string] } = {
  service: ['[', ']'], release: ['[/', '/]'], schedule: ['([', '])'], task: ['[[', ']]'], volume: ['[(', ')]'], outside: ['((', '))'],
};
const LINES: { readonly [K in Arrow['kind']]: string } = { call: '-->', route: '==>', mount: '---', wait: '-.->' };

/** For a README: GitHub and others draw it. */
export function mermaid({ title, boxes, arrows, tiers }: Diagram): string {
  const box = ({ id, kind, title: name, detail }: Box) => `${id}${SHAPES[kind][0]}"${escaped(name)}${detail ? `<br/>${escaped(detail)}` : ''}"${SHAPES[kind][1]}`;
  return [
    `%% ${title}`,
    'flowchart TB',
    ...tiers.flatMap((tier, i) => [`  subgraph tier_${i}["${escaped(tier)}"]`, ...boxes.filter(other => other.tier === tier).map(one => `    ${box(one)}`), '  end']),
    ...boxes.filter(({ tier }) => tier === undefined).map(one => `  ${box(one)}`),
    ...arrows.map(({ kind, from, to, label }) => `  ${from} ${LINES[kind]}${label ? `|"${escaped(label)}"|` : ''} ${to}`),
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replace(/["<>&#*_`]/g, character => `#${character.codePointAt(0)};`);
}
