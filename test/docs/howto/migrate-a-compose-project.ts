import { expect } from '@jest/globals';
import { down } from '../../e2e/support/down';
import { COMPOSE, sql, stopShop } from './engine';
import type { HowTo } from './page';

/** What the reader has had before. */
const OLD = `services:
  db:
    image: postgres:17-alpine
    environment: { POSTGRES_USER: shop, POSTGRES_HOST_AUTH_METHOD: trust }
    healthcheck: { test: [CMD, pg_isready, --host, 127.0.0.1], interval: 1s, retries: 60 }
  search:
    image: getmeili/meilisearch:v1.12.3
    user: root
    volumes: ['search:/meili_data']
volumes: { search: {} }
`;

export const migrateAComposeProject: HowTo = {
  page: 'docs/how-to/migrate-a-compose-project.md',
  prepare: async project => {
    const [old, own] = [`${project.name}-old`, project.name];
    // Two projects: each says its name by itself.
    delete project.env['COMPOSE_PROJECT_NAME'];
    project.exchange('shop_search', `${old}_search`);
    project.exchange('shop-prod_', `${own}_`);
    await project.write('old/compose.yaml', `name: ${old}\n${OLD}`);
    await project.shOk('docker compose --project-directory old up --wait && docker compose --project-directory old exec -T search sh -c "echo kept > /meili_data/index"');
    await project.shOk('docker compose --project-directory old exec -T db psql -U shop -d shop -c "CREATE TABLE orders (number int); INSERT INTO orders VALUES (4711)"');

    await project.writePrograms('stack.ts');
    await project.writeMain("    new Postgres(this, 'db', { storage: '1Gi' });");
    await project.shOk('npx compose8s synth && npx compose8s secrets init shop/prod');
    await project.settle(COMPOSE);
    await project.write(`${COMPOSE}/.env`, `COMPOSE_PROJECT_NAME=${own}\n`);
  },
  remove: async project => {
    await down(`${project.name}-old`);
    await stopShop(project);
  },
  blocks: {
    'docker compose --project-directory dist/shop/prod/compose up --build --no-start': async (follow, project) => {
      expect((await follow()).stdout.split(/\s+/)).toEqual(expect.arrayContaining([`${project.name}-old_search`, `${project.name}_search-data`]));
      expect(await project.shOk('docker compose ps --quiet', COMPOSE)).toBe('');
    },
    "docker run --rm -v shop_search:/from:ro -v shop-prod_search-data:/to alpine:3.22 sh -c 'cp -a /from/. /to/ && chown -R 1000:1000 /to'": async (follow, project) => {
      await project.shOk('docker compose --project-directory old stop --timeout 5');
      await follow();
      await project.shOk('docker compose up --wait search', COMPOSE);
      expect(await project.shOk('docker compose exec -T search cat /meili_data/index', COMPOSE)).toBe('kept\n');
      // It may write there.
      await project.shOk('docker compose exec -T search sh -c "echo new > /meili_data/index"', COMPOSE);
    },
    'docker compose --project-directory old exec -T db pg_dump -U shop -d shop --no-owner > shop.sql': async (follow, project) => {
      await project.shOk('docker compose --project-directory old up --wait db');
      await follow();
      expect(await sql(project, 'db', 'db', 'SELECT number FROM orders')).toBe('4711');
    },
    'docker compose --project-directory old config > old.yaml': async (follow, project) => {
      // diff ends with 1 where it finds a difference.
      const { stdout } = await follow('.', 1);
      for (const added of ['healthcheck:', 'limits:', 'user:', 'read_only: true']) expect(stdout).toMatch(new RegExp(`^\\+ .*${added}`, 'm'));
      expect(await project.read('new.yaml')).toContain('search-data');
    },
  },
};
