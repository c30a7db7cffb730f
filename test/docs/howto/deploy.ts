import { expect } from '@jest/globals';
import type { HowTo } from './page';

const NO_REGISTRY = 'nobody has a registry to push to; test/targets/compose/registry.test.ts looks at what the commands read';

export const deploy: HowTo = {
  page: 'docs/how-to/deploy.md',
  prepare: project => project.writePrograms('main.ts'),
  blocks: {
    'npx compose8s synth': async (follow, project) => {
      await follow();
      expect(await project.read('dist/shop/prod/compose/images.yaml')).toContain('image: registry.example/acme/shop:1.0.0');
      // What the page tells is what the guide tells.
      const guide = await project.read('dist/shop/prod/compose/OPERATIONS.md');
      for (const words of ['docker compose --file dist/shop/prod/compose/images.yaml build --push', 'docker compose pull\ndocker compose up --no-build --wait --remove-orphans']) expect(guide).toContain(words);
    },
    'docker login registry.example': NO_REGISTRY,
    'docker compose pull': NO_REGISTRY,
  },
};
