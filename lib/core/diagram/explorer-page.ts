/** The style sheet of the explorer. */
export const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #14213a; background: #fff; }
header { padding: .8rem 1.2rem; border-bottom: 1px solid #d5dbe6; } h1 { margin: 0; font-size: 1.3rem; } header p { margin: 0; color: #4a5872; }
main { display: grid; grid-template-columns: 15rem minmax(0, 1fr); grid-template-rows: auto auto; }
nav { grid-row: 1 / 3; border-right: 1px solid #d5dbe6; padding: .6rem; } nav ul { list-style: none; margin: 0; padding: 0; }
nav button { width: 100%; text-align: left; padding: .3rem .5rem; border: 0; border-radius: 5px; background: none; font: inherit; color: inherit; cursor: pointer; overflow-wrap: anywhere; }
nav button:hover { background: #eef2f9; } nav button[aria-pressed=true] { background: #2f4a78; color: #fff; } small { opacity: .75; }
:focus-visible { outline: 3px solid #c2570c; outline-offset: 2px; }
/* A large picture is scrolled: made smaller, nobody could read it. */
figure { margin: 0; padding: 1rem; overflow: auto; max-height: 80vh; } figure svg { display: block; max-width: none; }
#status { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999rem; padding: .5rem .8rem; background: #fff; } .skip:focus { left: .5rem; top: .5rem; }
.box[role=button] { cursor: pointer; } .box[aria-pressed=true] > rect, .box[aria-pressed=true] > path { stroke: #c2570c; stroke-width: 3.5; }
section { padding: 0 1.2rem 2rem; min-width: 0; } h2 { margin: .4rem 0; font-size: 1.15rem; } h3 { margin: .8rem 0 .3rem; font-size: 1rem; } h4 { margin: .6rem 0 .2rem; font-size: .9rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0 4rem; } section ul { margin: .2rem 0; padding-left: 1.3rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; } .sides > div { min-width: 0; }
pre { margin: 0; padding: .6rem .8rem; background: #f3f5f9; border: 1px solid #d5dbe6; border-radius: 6px; overflow: auto; max-height: 32rem; font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
@media (max-width: 50rem) { main { display: block; } nav { border: 0; } }
`;

/** The program of the explorer: plain, as browsers run it. Texts are set as texts, never as HTML. */
export const PROGRAM = `
'use strict';
const constructs = new Map(JSON.parse(document.getElementById('constructs').textContent).map(entry => [entry.path, entry]));
const details = document.getElementById('details');

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function list(title, items) {
  return items.length === 0 ? [] : [element('h3', title), element('ul', '', ...items.map(item => element('li', item)))];
}

function groups(title, parts) {
  return parts.length === 0 ? [] : [element('h3', title), ...parts.flatMap(({ where, items }) => [element('h4', where), element('ul', '', ...items.map(item => element('li', item)))])];
}

function side({ target, documents }) {
  const parts = documents.flatMap(({ name, text }) => {
    const code = element('pre', text);
    code.tabIndex = 0;
    // Who comes to it to scroll it is told what it is.
    code.setAttribute('role', 'group');
    code.setAttribute('aria-label', name + ' on ' + target);
    return [element('h4', name), code];
  });
  const column = element('div', '', element('h3', target), ...(parts.length > 0 ? parts : [element('p', 'Nothing of its own here.')]));
  column.dataset.target = target;
  return column;
}

function choose(path) {
  const entry = constructs.get(path);
  if (!entry) return;
  for (const choice of document.querySelectorAll('[data-construct]')) choice.setAttribute('aria-pressed', String(choice.dataset.construct === path));
  const sides = element('div', '', ...entry.sides.map(side));
  sides.className = 'sides';
  const facts = element('div', '', ...[list('Where it leads', entry.leadsTo ? [entry.leadsTo] : []), groups('Who can reach it', entry.reachedBy), groups('What it can reach', entry.reaches)].filter(part => part.length > 0).map(part => element('div', '', ...part)));
  facts.className = 'facts';
  details.replaceChildren(
    element('h2', entry.path),
    facts,
    ...list('What a target says differently', entry.notes.map(note => note.target + ', ' + note.field + ' (' + [note.outcome, note.status].filter(Boolean).join(', ') + '): ' + note.what)),
    sides,
  );
  document.getElementById('status').textContent = entry.summary;
  history.replaceState(null, '', '#' + encodeURIComponent(path));
}

for (const choice of document.querySelectorAll('[data-construct]')) {
  choice.addEventListener('click', () => choose(choice.dataset.construct));
  if (choice.tagName !== 'BUTTON') choice.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(choice.dataset.construct);
  });
}
// The part of the address after # is the choice: a jump must not replace it.
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  details.focus();
});
const asked = decodeURIComponent(location.hash.slice(1));
choose(constructs.has(asked) ? asked : constructs.keys().next().value);
`;
