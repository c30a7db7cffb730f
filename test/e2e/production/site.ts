import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CedrusClient } from '../support/cedrus-client';
import { output } from '../support/shell';
import { RunningStack, SERVER } from '../support/stack';
import { until, untilIs } from '../support/until';
import { WebClient } from '../support/web-client';

export const HOST = 'cedrus.example';
export const USER = { name: 'ada', password: 'for-this-test-only' };

/** The production stack as its visitors see it. */
export class Site {
  /** Signed in, over HTTPS, trusting the site's own certificate alone. */
  readonly ada: CedrusClient;
  /** A stranger over HTTPS. */
  readonly visitor: CedrusClient;
  /** A stranger who comes over plain HTTP. */
  readonly plain: WebClient;

  private constructor(readonly stack: RunningStack, readonly certificate: string) {
    const secure = { port: stack.ports['NGINX_HTTPS_PORT']!, host: HOST, trusted: certificate };
    this.ada = new CedrusClient(secure);
    this.visitor = new CedrusClient(secure);
    this.plain = new WebClient({ port: stack.ports['NGINX_HTTP_PORT']!, host: HOST });
  }

  static async prepare(): Promise<Site> {
    const stack = await RunningStack.prepare({ stack: 'cedrus/prod', layout: SERVER, settings: { SECRETS_DIR: '../secrets' }, give: giveCertificate });
    return new Site(stack, await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8'));
  }

  /** Makes the first user and signs in. */
  async open(): Promise<void> {
    await this.stack.compose('exec', '-T', '-e', `DJANGO_SUPERUSER_PASSWORD=${USER.password}`, 'web', 'python', 'manage.py', 'createsuperuser', '--noinput', '--username', USER.name, '--email', `ada@${HOST}`);
    const { status } = await this.ada.signIn(USER.name, USER.password);
    if (status !== 302) throw new Error(`signing in was answered with ${status}`);
  }

  /** nginx counts in memory: after a restart every client begins anew. */
  async forgetLimits(): Promise<void> {
    await this.stack.compose('restart', 'nginx');
    await until('nginx answers', async () => (await this.visitor.request('/health/')).status === 200);
  }

  /** Stops a service for as long as something is tried, and waits until all is well again. */
  async without<T>(service: string, attempt: () => Promise<T>): Promise<T> {
    await this.stack.compose('stop', service);
    try {
      return await attempt();
    } finally {
      await this.stack.compose('start', service);
      await this.ready();
    }
  }

  /** Waits for `/health/ready/` to say so. */
  async ready(): Promise<void> {
    await untilIs('the site is ready', 200, async () => (await this.visitor.request('/health/ready/')).status);
  }
}

/** The certificate of the site, signed by itself and made without the library. */
export async function giveCertificate({ secrets }: RunningStack): Promise<void> {
  const folder = join(secrets, 'nginx-certificate');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await output('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '90', '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`,
    '-out', join(folder, 'tls.crt'), '-keyout', join(folder, 'tls.key'),
  ]);
}
