import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateOf } from '../support/certificate';
import { Prometheus } from '../support/prometheus';
import { output } from '../support/shell';
import { RunningStack, SERVER, type Container } from '../support/stack';
import { WebClient, type Answer } from '../support/web-client';

const HOST = 'catalyst.example';
export const BACKEND = 'catalyst-backend';

/** Letters in black on white, as a scanner sees them; drawn by what the image has. */
const DRAW = `
import base64, io, sys
from PIL import Image, ImageDraw, ImageFont
lines = sys.argv[1].splitlines()
image = Image.new("L", (900, 40 + 60 * len(lines)), 255)
ImageDraw.Draw(image).multiline_text((30, 20), sys.argv[1], fill=0, font=ImageFont.load_default(40), spacing=12)
file = io.BytesIO()
image.save(file, "PNG")
print(base64.b64encode(file.getvalue()).decode())
`;

export interface Document {
  readonly id: string;
  readonly text: string;
}

/** Production as its visitors and its operators see it. */
export class Catalyst {
  readonly visitor: WebClient;
  readonly prometheus: Prometheus;

  private constructor(readonly stack: RunningStack, certificate: string) {
    this.visitor = new WebClient({ port: stack.ports['NGINX_HTTPS_PORT']!, host: HOST, trusted: certificate });
    this.prometheus = new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!);
  }

  static async prepare(): Promise<Catalyst> {
    const stack = await RunningStack.prepare({ stack: 'catalyst/prod', layout: SERVER, settings: { SECRETS_DIR: '../secrets' }, give });
    return new Catalyst(stack, await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8'));
  }

  add(picture: Buffer): Promise<Answer> {
    return this.visitor.request('/api/documents', { method: 'POST', headers: { 'content-type': 'image/png' }, body: picture });
  }

  async replicas(): Promise<readonly Container[]> {
    const ids = (await this.stack.compose('ps', '--all', '--quiet', BACKEND)).split('\n').filter(Boolean);
    return JSON.parse(await output('docker', ['inspect', ...ids])) as Container[];
  }

  /** Who answers now, of many who are asked. */
  async answering(): Promise<ReadonlySet<string>> {
    const answers = await Promise.all(Array.from({ length: 30 }, () => this.visitor.request('/health/live')));
    return new Set(answers.filter(({ status }) => status === 200).map(({ headers }) => headers['x-served-by'] as string));
  }
}

export async function draw(stack: RunningStack, words: string): Promise<Buffer> {
  return Buffer.from(await stack.exec(BACKEND, 'python', '-c', DRAW, words), 'base64');
}

/** What only people have: a certificate, and where alerts go: nowhere. */
async function give(stack: RunningStack): Promise<void> {
  await certificateOf(HOST)(stack);
  const receivers = join(stack.secrets, 'monitoring-alertmanager-receivers');
  await mkdir(receivers, { recursive: true, mode: 0o700 });
  await writeFile(join(receivers, 'webhook-1'), 'http://127.0.0.1:9/');
}
