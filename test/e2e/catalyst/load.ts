import type { Question, WebClient } from '../support/web-client';

/** What became of one request. */
export interface Outcome {
  readonly kind: string;
  /** The status, or what went wrong where there was no whole answer. */
  readonly result: string;
  /** Who answered. */
  readonly replica: string | undefined;
  /** When it was asked, as Date.now() counts. */
  readonly began: number;
  readonly milliseconds: number;
}

export interface Visitor {
  readonly kind: string;
  readonly path: string;
  /** A new one for each request. */
  readonly ask?: () => Question;
}

/** Visitors who ask over and over, each as soon as the last answer is there, and each time by a new connection. */
export class Load {
  readonly outcomes: Outcome[] = [];
  private readonly visitors: readonly Promise<void>[];
  private isOver = false;

  constructor(private readonly client: WebClient, visitors: readonly Visitor[]) {
    this.visitors = visitors.map(visitor => this.visit(visitor));
  }

  /** Lets every visitor have the last answer. */
  async end(): Promise<readonly Outcome[]> {
    this.isOver = true;
    await Promise.all(this.visitors);
    return this.outcomes;
  }

  private async visit({ kind, path, ask = () => ({}) }: Visitor): Promise<void> {
    while (!this.isOver) {
      const began = Date.now();
      const { result, replica } = await this.client.request(path, ask()).then(
        ({ status, headers }) => ({ result: `${status}`, replica: headers['x-served-by'] as string | undefined }),
        (error: Error) => ({ result: error.message, replica: undefined }),
      );
      this.outcomes.push({ kind, result, replica, began, milliseconds: Date.now() - began });
    }
  }
}

/** `GET 200` → how many, and the longest of them. */
export function summary(outcomes: readonly Outcome[]): Readonly<Record<string, string>> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.kind} ${outcome.result}`;
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  return Object.fromEntries([...groups].sort().map(([key, group]) => [key, `${group.length}, at most ${Math.max(...group.map(({ milliseconds }) => milliseconds))} ms`]));
}
