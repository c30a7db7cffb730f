import type { Diagram } from './diagram';
import { LABEL_CHARACTER, layOut, type Area, type Layout, type Point } from './layout';

/** Colours that are told apart in grey too; each kind has a shape or a line of its own as well. */
const STYLE = `
.diagram { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.tier > rect { fill: #f3f5f9; stroke: #b9c2d3; stroke-dasharray: 4 3; }
.tier > text { font-size: 12px; fill: #4a5872; font-weight: 600; stroke: #f3f5f9; stroke-width: 4px; paint-order: stroke; }
.box > rect, .box > path { fill: #fff; stroke: #2f4a78; stroke-width: 1.5; }
.box .title { font-size: 14px; font-weight: 600; fill: #14213a; text-anchor: middle; }
.box .detail { font-size: 11px; fill: #4a5872; text-anchor: middle; }
.release > rect { stroke-dasharray: 6 3; }
.schedule > rect, .task > rect { fill: #fdf6e3; stroke: #8a6400; }
.volume > path { fill: #e9f5ee; stroke: #25714a; }
.outside > rect { fill: #2f4a78; } .outside .title { fill: #fff; }
.arrow > path { fill: none; stroke: #55637d; stroke-width: 1.4; }
.route > path { stroke: #2f4a78; stroke-width: 2.4; }
.mount > path { stroke: #25714a; stroke-dasharray: 2 3; }
.wait > path { stroke: #8a6400; stroke-dasharray: 7 4; }
.arrow > rect { fill: #fff; opacity: .92; } .arrow > text { font-size: 11px; fill: #26324a; text-anchor: middle; }
`;

export interface SvgOptions {
  /** Boxes of constructs can be chosen, with the mouse and the keyboard; a program on the page must answer. Default: a mere picture. */
  readonly choosable?: boolean;
}

/** A picture that needs nothing else: for a page, a document, a viewer. */
export function svg(diagram: Diagram, { choosable = false }: SvgOptions = {}): string {
  const layout = layOut(diagram);
  const { width, height } = layout;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${choosable ? 'group' : 'img'}" aria-label="${escaped(`${diagram.title}: who calls whom, and where data is kept`)}">
<style>${STYLE}</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#55637d"/></marker></defs>
<rect width="${width}" height="${height}" fill="#fff"/>
${layout.tiers.map(tierOf).join('\n')}
${layout.arrows.map(lineOf).join('\n')}
${layout.boxes.map(box => boxOf(box, choosable)).join('\n')}
${layout.tiers.map(tierNameOf).join('\n')}
${layout.arrows.map(labelOf).join('\n')}
</svg>
`;
}

function tierOf({ area }: Layout['tiers'][number]): string {
  return `<g class="tier"><rect ${rectangle(area)} rx="10"/></g>`;
}

/** Over the lines too. */
function tierNameOf({ name, area }: Layout['tiers'][number]): string {
  return `<g class="tier"><text x="${round(area.x - area.width / 2 + 10)}" y="${round(area.y - area.height / 2 + 16)}">${escaped(name)}</text></g>`;
}

function boxOf({ box: { kind, title, detail, construct }, area }: Layout['boxes'][number], choosable: boolean): string {
  const { x, y, width, height } = area;
  const [left, top] = [x - width / 2, y - height / 2].map(round);
  const shape = kind === 'volume'
    ? `<path d="M${left} ${top! + 7}v${height - 14}a${width / 2} 7 0 0 0 ${round(width)} 0V${top! + 7}a${width / 2} 7 0 0 0 ${round(-width)} 0a${width / 2} 7 0 0 0 ${round(width)} 0"/>`
    : `<rect ${rectangle(area)} rx="${kind === 'service' || kind === 'release' ? 6 : height / 2}"/>`;
  const titleY = kind === 'volume' ? y + (detail ? 2 : 8) : y + (detail ? -3 : 5);
  return `<g class="box ${kind}"${construct ? ` data-construct="${escaped(construct)}"${choosable ? ` tabindex="0" role="button" aria-pressed="false" aria-label="${escaped(`${title}, ${kind}`)}"` : ''}` : ''}><title>${escaped(`${construct ?? title} (${kind})`)}</title>${shape}<text class="title" x="${round(x)}" y="${round(titleY)}">${escaped(title)}</text>${detail ? `<text class="detail" x="${round(x)}" y="${round(titleY + 16)}">${escaped(detail)}</text>` : ''}</g>`;
}

function lineOf({ arrow: { kind }, points }: Layout['arrows'][number]): string {
  return `<g class="arrow ${kind}"><path d="${curves(points)}"${kind === 'mount' ? '' : ' marker-end="url(#head)"'}/></g>`;
}

/** Over the lines, so that none crosses it out. */
function labelOf({ arrow: { label: text }, label: { x, y } }: Layout['arrows'][number]): string {
  if (!text) return '';
  const width = text.length * LABEL_CHARACTER + 8;
  return `<g class="arrow"><rect ${rectangle({ x, y, width, height: 16 })} rx="3"/><text x="${round(x)}" y="${round(y + 4)}">${escaped(text)}</text></g>`;
}

function curves([start, ...parts]: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  return `M${at(start!)}C${parts.map(at).join(' ')}`;
}

function rectangle({ x, y, width, height }: Area): string {
  return `x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}"`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** In text and in attributes, of HTML as of SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.codePointAt(0)};`);
}
