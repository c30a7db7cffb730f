import { WebClient, type Answer } from '../support/web-client';

export interface Counts { readonly memories: number; readonly indexed: number }
export interface Insight { readonly name: string; readonly kind: string; readonly rank: number; readonly cluster: number }

/** Somebody who remembers things by the api. */
export class MemoryClient extends WebClient {
  store(text: string, relations: readonly (readonly [string, string, string])[]): Promise<Answer> {
    const names = [...new Set(relations.flatMap(([source, , target]) => [source, target]))];
    return this.request('/api/memories', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, entities: names.map(name => ({ name })), relations: relations.map(([source, kind, target]) => ({ source, kind, target })) }),
    });
  }

  counts(): Promise<Counts> {
    return this.json('/api/counts');
  }

  async nearest(text: string): Promise<readonly { readonly id: string; readonly text: string }[]> {
    return this.json(`/api/nearest?text=${encodeURIComponent(text)}`);
  }
}
