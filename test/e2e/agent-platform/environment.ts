import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateOf } from '../support/certificate';
import { PROJECT } from '../support/emission';
import { Prometheus } from '../support/prometheus';
import { output } from '../support/shell';
import { checkout, RunningStack, SERVER, type Container } from '../support/stack';
import { start, type Start } from '../support/start';
import { until, untilIs } from '../support/until';
import { WebClient, type Answer } from '../support/web-client';

const SOURCES = 'apps/agent-platform/app';

export interface Message {
  readonly id: string;
  readonly text: string;
  readonly status: 'queued' | 'answered' | 'failed';
  readonly answer: string | null;
}

/** A container with what tells whether it shares something with others. */
export interface Tenant extends Container {
  readonly Name: string;
  readonly NetworkSettings: Container['NetworkSettings'] & {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly NetworkID: string }>>;
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

/** One of the three, as its visitors and its operators see it. */
export class Environment {
  private outcome: Start | undefined;

  private constructor(readonly name: string, readonly stack: RunningStack, readonly loopback: string, readonly visitor: WebClient) {}

  /** For developers, in a checkout with sources of its own. */
  static async dev(): Promise<Environment> {
    const stack = await RunningStack.prepare({
      stack: 'agent-platform/dev', layout: checkout('agent-platform/dev'),
      give: ({ root }) => cp(join(PROJECT, SOURCES), join(root, SOURCES), { recursive: true }),
    });
    return new Environment('dev', stack, '127.0.0.1', new WebClient({ port: stack.ports['NGINX_HTTP_PORT']!, host: 'localhost' }));
  }

  /** @param numbers published ports by their variables; by default those that are free. */
  static async server(name: string, host: string, loopback: string, numbers: Readonly<Record<string, string>> = {}): Promise<Environment> {
    const stack = await RunningStack.prepare({
      stack: `agent-platform/${name}`, layout: SERVER, settings: { SECRETS_DIR: '../secrets', ...numbers },
      give: async given => {
        await certificateOf(host)(given);
        const receivers = join(given.secrets, 'monitoring-alertmanager-receivers');
        await mkdir(receivers, { recursive: true, mode: 0o700 });
        // Where nobody listens.
        await writeFile(join(receivers, 'webhook-1'), 'http://127.0.0.1:9/');
      },
    });
    const trusted = await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8');
    return new Environment(name, stack, loopback, new WebClient({ port: stack.ports['NGINX_HTTPS_PORT']!, host, trusted }));
  }

  async start(): Promise<void> {
    this.outcome = await start(this.stack);
  }

  get started(): Start {
    if (!this.outcome) throw new Error(`${this.name} was not started`);
    return this.outcome;
  }

  get sources(): string {
    return join(this.stack.root, SOURCES);
  }

  get prometheus(): Prometheus {
    return new Prometheus(this.stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!, this.loopback);
  }

  post(text: string): Promise<Answer> {
    return this.visitor.request('/api/agent/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) });
  }

  /** Leaves a message, and gives its id. */
  async leave(text: string): Promise<string> {
    const { status, text: answer } = await this.post(text);
    if (status !== 202) throw new Error(`a message was answered with ${status}: ${answer}`);
    return (JSON.parse(answer) as Message).id;
  }

  message(id: string): Promise<Message> {
    return this.visitor.json<Message>(`/api/agent/messages/${id}`);
  }

  /** What the agent has said, once it has. */
  async answerTo(id: string, seconds = 90): Promise<string | null> {
    return (await until('the agent answers', async () => {
      const message = await this.message(id);
      return message.status === 'queued' ? undefined : message;
    }, { seconds })).answer;
  }

  async ready(): Promise<void> {
    await untilIs(`${this.name} is ready`, 200, async () => (await this.visitor.request('/ready')).status);
  }

  /** Every container, each replica by itself. */
  async tenants(...services: readonly string[]): Promise<readonly Tenant[]> {
    const ids = (await this.stack.compose('ps', '--all', '--quiet', ...services)).split('\n').filter(Boolean);
    return JSON.parse(await output('docker', ['inspect', ...ids])) as Tenant[];
  }

  /** `backend 127.0.0.1:8000` for each port on the host. */
  async published(): Promise<readonly string[]> {
    return (await this.tenants()).flatMap(({ Config, NetworkSettings: { Ports } }) => Object.values(Ports).flatMap(bindings => (bindings ?? [])
      .filter(({ HostIp }) => HostIp !== '::').map(({ HostIp, HostPort }) => `${Config.Labels['com.docker.compose.service']} ${HostIp}:${HostPort}`))).sort();
  }
}
