import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { systems } from '../../apps';
import { App, pathOf, synthesize } from '../../lib';
import { explorer } from '../../lib/core/diagram';

/** Debian's, by default; a browser that looks for nobody at its start. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'compose8s-explorer-'));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Where the keyboard is. */
interface Stop { readonly tag: string; readonly name: string; readonly outline: number; readonly isInView: boolean }
const FOCUSED = `(() => {
  const { activeElement: at } = document;
  const { top, bottom, left, right } = at.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  return {
    tag: at.tagName, name: at.getAttribute('aria-label') ?? at.innerText, outline: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth),
    isInView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  };
})()`;
const LABELS = (elements: readonly { getAttribute(name: string): string | null }[]) => elements.map(element => element.getAttribute('aria-label'));

const app = new App();
systems(app);
const { graphs, emissions, problems } = synthesize(app);

/** A scan has nothing but work on demand: nobody calls anybody there. */
const withServices = graphs.filter(graph => graph.edges.length > 0);

test('every system can be looked at', () => {
  expect(problems).toEqual([]);
  expect(withServices.map(({ stack }) => stack.node.path).sort()).toEqual([
    'agent-platform/dev', 'agent-platform/prod', 'agent-platform/stage', 'catalyst/dev', 'catalyst/prod', 'cedrus/dev', 'cedrus/observed', 'cedrus/prod',
    'graphmemory/dev', 'graphmemory/prod', 'guardian/dev', 'guardian/prod',
  ]);
});

describe.each(withServices.map(graph => ({ path: graph.stack.node.path, graph })))('the explorer of $path', ({ path, graph }) => {
  let page: Page;
  const file = () => join(folder, `${path.replace('/', '-')}.html`);
  const address = (construct?: string) => pathToFileURL(file()).href + (construct ? `#${encodeURIComponent(construct)}` : '');
  const faults: string[] = [];
  const requests: string[] = [];
  /** What is there on both targets. */
  const services = graph.workloads.filter(({ spec: { runs, standsInFor } }) => runs.kind === 'service' && !standsInFor);
  const [called, caller, port] = (() => {
    for (const from of services) for (const { to, port } of graph.edgesFrom(from)) if (services.includes(to)) return [to, from, port] as const;
    throw new Error(`nobody calls anybody in ${path}`);
  })();

  beforeAll(async () => {
    writeFileSync(file(), explorer(graph, emissions.filter(emission => emission.graph === graph)));
    page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
    page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
    page.on('pageerror', error => faults.push(error.message));
    page.on('request', request => { if (!request.url().startsWith('data:')) requests.push(request.url()); });
    await page.goto(address());
  });
  afterAll(() => page?.close());

  test('shows both sides of each service that is clicked', async () => {
    for (const service of services) {
      const name = graph.name(service);
      await page.locator(`svg [data-construct="${pathOf(service)}"]`).click();
      expect(await page.locator('h2').textContent()).toBe(pathOf(service));
      expect(await page.locator('[data-target=compose] h4').allTextContents()).toContain(`services/${name}`);
      const objects = await page.locator('[data-target=kubernetes] h4').allTextContents();
      expect(objects).toContainEqual(expect.stringMatching(new RegExp(`^(Deployment|StatefulSet|DaemonSet)/${name}$`)));
      expect(objects).toContain(`NetworkPolicy/${name}`);
      expect(await page.locator('[data-target=kubernetes] pre').allTextContents()).toContainEqual(expect.stringMatching(/kind: (Deployment|StatefulSet|DaemonSet)/));
    }
    if (process.env.SCREENSHOTS) {
      mkdirSync(process.env.SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(process.env.SCREENSHOTS, `${path.replace('/', '-')}.png`) });
    }
  });

  test('says who can reach it, and what is said differently', async () => {
    await page.locator(`nav [data-construct="${pathOf(called)}"]`).click();
    const details = await page.locator('#details').innerText();
    expect(details).toMatch(new RegExp(`Who can reach it[^]*${graph.name(caller)} on port ${port}`));
    expect(details).toMatch(/What a target says differently[^]*(compose|kubernetes), /);
  });

  test('works with the keyboard, and says which one is chosen', async () => {
    const box = page.locator(`svg [data-construct="${pathOf(called)}"]`);
    await box.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('h2').textContent()).toBe(pathOf(called));
    expect(await box.getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('button', { name: `${graph.name(called)}, service`, exact: true }).count()).toBe(1);
    expect(await page.getByRole('status').textContent()).toMatch(new RegExp(`^${pathOf(called).slice(path.length + 1)} chosen: [1-9]\\d* callers?$`));
    expect(await page.locator('[aria-live]').count()).toBe(0);
  });

  test('the list can be skipped, and the choice stays', async () => {
    await page.locator('.skip').focus();
    expect((await page.locator('.skip').boundingBox())!.x).toBeGreaterThanOrEqual(0);
    const address = page.url();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('details');
    expect(page.url()).toBe(address);
  });

  test('the keyboard comes by everything, in the order of the page, and each stop is seen', async () => {
    // Opened anew: a click says where the keyboard goes on from.
    await page.goto('about:blank');
    await page.goto(address(pathOf(called)));
    const wanted = ['Skip the list of constructs', ...await page.locator('nav button').allInnerTexts(), ...await page.locator('svg [role=button]').evaluateAll(LABELS), ...await page.locator('pre').evaluateAll(LABELS)] as string[];
    const stops: Stop[] = [];
    for (let i = 0; i < wanted.length; i++) {
      await page.keyboard.press('Tab');
      stops.push(await page.evaluate<Stop>(FOCUSED));
    }
    expect(stops.map(({ name }) => name)).toEqual(wanted);
    expect(stops.filter(({ outline, isInView }) => outline < 2 || !isInView)).toEqual([]);
    // No stop holds it, and none is behind the last.
    await page.keyboard.press('Tab');
    expect(await page.evaluate<Stop>(FOCUSED)).toMatchObject({ tag: 'BODY' });
    // As somebody sees it, not only as the style sheet says it.
    for (const kind of ['nav button', 'svg [role=button]', 'pre']) {
      const stop = page.locator(kind).last();
      await stop.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await stop.boundingBox())!;
      const picture = () => page.screenshot({ clip: { x: x - 4, y: y - 4, width: width + 8, height: Math.min(height, 300) + 8 } });
      const before = await picture();
      expect((await picture()).equals(before)).toBe(true);
      await stop.focus();
      expect((await picture()).equals(before)).toBe(false);
    }
  });

  test('a screen reader is told of each what it is and what it is called, and headings are in order', async () => {
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    await session.detach();
    const seen = nodes.filter(({ ignored }) => !ignored).map(({ role, name, properties = [] }) => ({
      role: String(role?.value), name: String(name?.value ?? ''),
      ...Object.fromEntries(properties.map(property => [property.name, property.value.value as unknown])) as { readonly focusable?: boolean; readonly level?: number; readonly pressed?: string },
    }));
    const focusable = seen.filter(node => node.focusable);
    expect(new Set(focusable.map(({ role }) => role))).toEqual(new Set(['RootWebArea', 'link', 'button', 'region', 'group']));
    expect(focusable.filter(({ name }) => name.trim() === '')).toEqual([]);
    const buttons = focusable.filter(({ role }) => role === 'button');
    expect(buttons.map(({ name }) => name).filter((name, i, all) => all.indexOf(name) !== i)).toEqual([]);
    // In the list and in the picture.
    expect(buttons.filter(({ pressed }) => pressed === 'true').map(({ name }) => name).sort()).toEqual([`${pathOf(called).slice(path.length + 1)} workload`, `${graph.name(called)}, service`].sort());
    expect(seen.filter(({ role, name }) => ['navigation', 'group', 'region'].includes(role) && name === '')).toEqual([]);
    const levels = seen.filter(({ role }) => role === 'heading').map(({ level }) => level!);
    expect(levels.slice(0, 2)).toEqual([1, 2]);
    expect(levels.filter((level, i) => i > 0 && (level === 1 || level > levels[i - 1]! + 1))).toEqual([]);
  });

  test('the picture can be read: it is scrolled, not made smaller', async () => {
    const heights = await page.locator('svg .title').evaluateAll(texts => texts.map(text => text.getBoundingClientRect().height));
    expect(heights.length).toBeGreaterThan(services.length);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(10);
  });

  test('asks nobody, and has no fault', () => {
    expect([...new Set(requests)]).toEqual([address()]);
    expect(faults).toEqual([]);
  });
});
