import { randomBytes } from 'node:crypto';
import { WebClient, type Answer } from './web-client';

export interface DocumentEntry { readonly id: number; readonly title: string; readonly url: string; readonly size: number; readonly created: string }

/** A person who uses Cedrus. */
export class CedrusClient extends WebClient {
  async signIn(username: string, password: string): Promise<Answer> {
    await this.request('/login/');
    const form = new URLSearchParams({ username, password, csrfmiddlewaretoken: this.cookies.get('csrftoken') ?? '' });
    return this.request('/login/', {
      method: 'POST', body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', referer: `${this.origin}/login/`, origin: this.origin },
    });
  }

  upload(title: string, content: Buffer, fileName = 'document.txt'): Promise<Answer> {
    const boundary = `compose8s-${randomBytes(12).toString('hex')}`;
    const head = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
    const body = Buffer.concat([
      Buffer.from(`${head('name="title"')}\r\n${title}\r\n${head(`name="file"; filename="${fileName}"`)}Content-Type: text/plain\r\n\r\n`),
      content,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    return this.request('/api/documents/', {
      method: 'POST', body,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'x-csrftoken': this.cookies.get('csrftoken') ?? '', referer: `${this.origin}/`, origin: this.origin },
    });
  }

  async count(): Promise<number> {
    return (await this.json<{ count: number }>('/api/documents/count/')).count;
  }

  async documents(): Promise<readonly DocumentEntry[]> {
    return (await this.json<{ documents: DocumentEntry[] }>('/api/documents/')).documents;
  }
}
