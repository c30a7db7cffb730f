import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { cedrus } from '../../apps/cedrus';
import { App, synthesize } from '../../lib';
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

describe.each(['cedrus/dev', 'cedrus/prod'])('the explorer of %s', stack => {
  let page: Page;
  const faults: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const app = new App();
    cedrus(app);
    const { graphs, emissions } = synthesize(app, other => other.node.path === stack);
    const path = join(folder, `${stack.replace('/', '-')}.html`);
    writeFileSync(path, explorer(graphs[0]!, emissions));
    page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
    page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
    page.on('pageerror', error => faults.push(error.message));
    page.on('request', request => { if (!request.url().startsWith('data:')) requests.push(request.url()); });
    await page.goto(pathToFileURL(path).href);
  });
  afterAll(() => page?.close());

  test('shows both sides of a construct that is clicked', async () => {
    await page.locator(`svg [data-construct="${stack}/web"]`).click();
    expect(await page.locator('h2').textContent()).toBe(`${stack}/web`);
    expect(await page.locator('[data-target=compose] h4').allTextContents()).toContain('services/web');
    expect(await page.locator('[data-target=kubernetes] h4').allTextContents()).toEqual(expect.arrayContaining(['Deployment/web', 'Service/web', 'NetworkPolicy/web']));
    expect(await page.locator('[data-target=kubernetes] pre').allTextContents()).toContainEqual(expect.stringContaining('kind: Deployment'));
    if (process.env.SCREENSHOTS) {
      mkdirSync(process.env.SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(process.env.SCREENSHOTS, `${stack.replace('/', '-')}.png`) });
    }
  });

  test('says who can reach it, and what is said differently', async () => {
    await page.locator(`nav [data-construct="${stack}/postgres"]`).click();
    const details = await page.locator('#details').innerText();
    expect(details).toMatch(/Who can reach it[^]*web on port 5432/);
    expect(details).toMatch(/What a target says differently[^]*compose, probes\.alive \(left-out\)/);
  });

  test('works with the keyboard, and says which one is chosen', async () => {
    const box = page.locator(`svg [data-construct="${stack}/redis"]`);
    await box.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('h2').textContent()).toBe(`${stack}/redis`);
    expect(await box.getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('button', { name: 'redis, service' }).count()).toBe(1);
    expect(await page.locator('#details').getAttribute('aria-live')).toBe('polite');
  });

  test('asks nobody, and has no fault', () => {
    expect(requests).toHaveLength(1);
    expect(faults).toEqual([]);
  });
});
