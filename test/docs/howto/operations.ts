import { expect } from '@jest/globals';
import type { HowTo } from './page';

export const operations: HowTo = {
  page: 'docs/how-to/operations.md',
  prepare: async project => {
    await project.writePrograms('stack.ts');
    await project.writeMain();
  },
  blocks: {
    'npx compose8s list shop/prod': async (follow, project) => {
      expect((await follow()).stdout).toMatch(/queue +service +registry\.example\/queue:1\.0\.0 +8080/);
      expect(await project.read('dist/shop/prod/explorer.html')).toContain('queue');

      // The advice is in the guides, in the words that the page gives to each target.
      await project.shOk('npx compose8s synth');
      const guide = async (target: string) => project.read(`dist/shop/prod/${target}/OPERATIONS.md`);
      for (const words of ['docker compose logs --tail 100 queue', 'docker compose exec queue queue top', 'docker compose run --rm drain']) expect(await guide('compose')).toContain(words);
      for (const words of ['kubectl logs', 'kubectl exec', 'kubectl create job drain-1 --from=cronjob/drain']) expect(await guide('kubernetes')).toContain(words);
    },
  },
};
