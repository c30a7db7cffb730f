import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface WebClientProps {
  readonly port: number;
  /** Where the server listens. Default: 127.0.0.1. */
  readonly address?: string;
  /** The name that it asks for, wherever the server is. Default: 127.0.0.1 with the port. */
  readonly host?: string;
  /** The certificate that it trusts, and no other: HTTPS. */
  readonly trusted?: string;
}

/** A browser's manners: cookies, a Host header and trust of its own. Follows no redirects. */
export class WebClient {
  readonly cookies = new Map<string, string>();

  constructor(private readonly props: WebClientProps) {}

  get origin(): string {
    const { host, port, trusted } = this.props;
    return `${trusted ? 'https' : 'http'}://${host ?? `127.0.0.1:${port}`}`;
  }

  request(path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
    const { port, address = '127.0.0.1', host, trusted } = this.props;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const options = {
      host: address, port, path, method, agent: false,
      headers: {
        host: host ?? `127.0.0.1:${port}`,
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const request = trusted ? httpsRequest({ ...options, servername: host, ca: trusted }) : httpRequest(options);
      let isAnswered = false;
      request.on('response', response => {
        isAnswered = true;
        for (const line of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
          if (value) this.cookies.set(name!, value);
          else this.cookies.delete(name!);
        }
        const chunks: Buffer[] = [];
        const done = () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks), text: Buffer.concat(chunks).toString('utf8') });
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', done).on('error', reject);
      });
      // A server that refuses an upload may answer and hang up before it was sent whole.
      request.on('error', error => { if (!isAnswered) reject(error); });
      request.end(body);
    });
  }

  async json<T>(path: string): Promise<T> {
    const { status, text } = await this.request(path);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
    return JSON.parse(text) as T;
  }
}
