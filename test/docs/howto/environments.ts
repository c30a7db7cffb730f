import { expect } from '@jest/globals';
import { blocksOf } from '../blocks';
import type { HowTo } from './page';

const PAGE = 'docs/how-to/environments.md';

export const environments: HowTo = {
  page: PAGE,
  prepare: project => project.writePrograms('main.ts'),
  blocks: {
    'npx compose8s compare shop/prod shop/stage': async (follow, project) => {
      await follow();

      // Now production has what the stage had, and the other way round.
      const shop = await project.read('shop.ts');
      await project.write('shop.ts', shop.replace('replicas: 2', 'replicas: 0').replace('replicas: 1', 'replicas: 2').replace('replicas: 0', 'replicas: 1'));
      const { text } = blocksOf(PAGE).find(block => block.text.startsWith('✖ web:runs.replicas'))!;
      expect((await follow('.', 5)).stdout).toContain(text);
      await project.shOk('npx compose8s compare shop/prod shop/stage --except web:runs.replicas');
    },
  },
};
