import { WebClient } from './web-client';

export interface ScrapeTarget {
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Asks a running Prometheus by its published port. */
export class Prometheus {
  private readonly client: WebClient;

  constructor(port: number, address?: string) {
    this.client = new WebClient({ port, address });
  }

  async targets(): Promise<readonly ScrapeTarget[]> {
    return (await this.ask<{ readonly activeTargets: readonly ScrapeTarget[] }>('targets?state=active')).activeTargets;
  }

  /** Throws while one of its targets does not answer, and while they are others than `expected`: `postgres db`, by job and service. It looks names up every 30 s. */
  async asks(expected: readonly string[]): Promise<readonly ScrapeTarget[]> {
    const targets = await this.targets();
    const down = targets.filter(({ health }) => health !== 'up').map(({ labels, lastError }) => `${labels['service']}: ${lastError}`);
    if (down.length > 0) throw new Error(down.join(', '));
    const asked = [...new Set(targets.map(({ labels: { job, service } }) => `${job} ${service}`))];
    const wrong = [...expected.filter(one => !asked.includes(one)).map(one => `${one} is missing`), ...asked.filter(one => !expected.includes(one)).map(one => `${one} was not expected`)];
    if (wrong.length > 0) throw new Error(wrong.join(', '));
    return targets;
  }

  /** The values of an expression, by the label `service`; without the label, by the empty word. */
  async query(expression: string): Promise<readonly { readonly service: string; readonly value: number }[]> {
    const { result } = await this.ask<{ readonly result: readonly { readonly metric: { readonly service?: string }; readonly value: readonly [number, string] }[] }>(`query?query=${encodeURIComponent(expression)}`);
    return result.map(({ metric, value: [, value] }) => ({ service: metric.service ?? '', value: Number(value) }));
  }

  /** `ServiceDown postgres` for each alert that has fired and is not over. */
  async firing(): Promise<readonly string[]> {
    const { alerts } = await this.ask<{ readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[] }>('alerts');
    return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => `${labels['alertname']} ${labels['service']}`).sort();
  }

  /**
   * Throws while an alert fires, but for those that the tests themselves are the reason of: they restart some services time and
   * again, and Prometheus rightly sees that no authority has signed the certificate of the public route.
   */
  async isCalm({ restarted }: { readonly restarted: readonly string[] }): Promise<true> {
    const alerts = (await this.firing()).filter(alert => alert !== 'PublicRouteFailing nginx' && !restarted.some(service => alert === `RestartLoop ${service}`));
    if (alerts.length > 0) throw new Error(alerts.join(', '));
    return true;
  }

  private async ask<T>(path: string): Promise<T> {
    return (await this.client.json<{ readonly data: T }>(`/api/v1/${path}`)).data;
  }
}
