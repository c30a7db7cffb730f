import { chromium, type Browser, type Page } from 'playwright-core';
import { until } from '../support/until';

/** Debian's, by default; a browser that looks for nobody at its start. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The dashboard as somebody sees it who comes through the proxy. */
export class Dashboard {
  readonly faults: string[] = [];
  readonly sockets: string[] = [];

  private constructor(private readonly browser: Browser, private readonly page: Page) {}

  /** Whatever the name means elsewhere, here it is this machine. */
  static async open(host: string, port: number): Promise<Dashboard> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, `--host-resolver-rules=MAP ${host}:443 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`] });
    // Its certificate is one that no browser knows.
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    const dashboard = new Dashboard(browser, page);
    page.on('console', message => { if (message.type() === 'error') dashboard.faults.push(message.text()); });
    page.on('pageerror', error => dashboard.faults.push(error.message));
    page.on('websocket', socket => dashboard.sockets.push(socket.url()));
    try {
      // Chromium gives up where the machine gets or loses a network meanwhile, as it does when another stack starts.
      await until('the page opens', () => {
        dashboard.faults.length = dashboard.sockets.length = 0;
        return page.goto(`https://${host}/`);
      });
    } catch (error) {
      await browser.close();
      throw error;
    }
    return dashboard;
  }

  /** What stands below a label, as soon as it does. */
  async number(label: string): Promise<string> {
    const metric = this.page.getByTestId('stMetric').filter({ hasText: label });
    return (await metric.getByTestId('stMetricValue').innerText()).trim();
  }

  /** The table of entities, once it is drawn. */
  async table(): Promise<void> {
    await this.page.getByTestId('stDataFrame').locator('canvas').first().waitFor();
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
