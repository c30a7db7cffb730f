import { afterAll, beforeAll, describe, test } from '@jest/globals';
import type { Outcome } from '../../e2e/support/shell';
import { blocksOf, type Block } from '../blocks';
import { Project } from './project';

const MINUTES = 60_000;

/** Runs the block as it stands, in the project's folder or in another. @throws with all that it printed, where it ends with another code than these, or than 0. */
export interface Follow {
  (folder?: string, ...codes: readonly number[]): Promise<Outcome>;
  /** A block that goes on until somebody ends it. Returns all that was said until then. */
  until(said: RegExp): Promise<string>;
}

/** Follows the page, and looks at what came of it. */
export type Step = (follow: Follow, project: Project) => Promise<void>;

/** The commands of a page, in its order. */
export interface HowTo {
  readonly page: string;
  /** Makes what the page takes for granted. */
  readonly prepare: (project: Project) => Promise<void>;
  /** By the first line of each `sh` block: how it is tried, or why no test can. */
  readonly blocks: Readonly<Record<string, Step | string>>;
  /** Removes what is not below the project's folder: containers, images, a namespace. */
  readonly remove?: (project: Project) => Promise<void>;
}

export function shellBlocksOf(page: string): readonly Block[] {
  return blocksOf(page).filter(({ language }) => language === 'sh');
}

export function firstLine({ text }: Block): string {
  return text.split('\n')[0]!.replace(/\s+#.*/, '');
}

function followed({ text }: Block, project: Project): Follow {
  return Object.assign((folder?: string, ...codes: readonly number[]) => project.ending(text, folder, ...codes), { until: (said: RegExp) => project.until(text, said) });
}

/** A test for each block, one after the other in one project. */
export function describeHowTo({ page, prepare, blocks, remove }: HowTo): void {
  describe(`the commands of ${page}`, () => {
    let project: Project;
    beforeAll(async () => { project = await Project.make(page); });
    beforeAll(() => prepare(project), 5 * MINUTES);
    afterAll(async () => {
      try {
        await remove?.(project);
      } finally {
        await project.remove();
      }
    }, 5 * MINUTES);

    for (const block of shellBlocksOf(page)) {
      const step = blocks[firstLine(block)];
      if (typeof step === 'function') test(firstLine(block), () => step(followed(block, project), project), 5 * MINUTES);
    }
  });
}
