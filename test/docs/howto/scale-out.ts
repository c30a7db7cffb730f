import { expect } from '@jest/globals';
import { run } from '../../e2e/support/shell';
import { buildImage, COMPOSE, removeImage, removeNamespace, sql, startShop, stopShop, useCluster } from './engine';
import type { HowTo } from './page';

const IMAGE = 'registry.example/shop:1.0.0';
/** The new database: on the cluster no container runs. */
const NEW = 'new-db';

export const scaleOut: HowTo = {
  page: 'docs/how-to/scale-out.md',
  prepare: async project => {
    await project.writePrograms('main.ts');
    // The one that the cluster has.
    await project.write('main.ts', (await project.read('main.ts')).replace("'fast'", "'kwok-volume'"));
    await useCluster(project, 'shop-cluster');
    await buildImage(project, IMAGE);
    await startShop(project);
    await sql(project, 'db', 'db', "CREATE TABLE orders (number int); INSERT INTO orders VALUES (4711)");
  },
  remove: async project => {
    await run('docker', ['rm', '--force', '--volumes', `${project.name}-${NEW}`]);
    await stopShop(project);
    await removeNamespace(project, 'shop-cluster');
    await removeImage(IMAGE);
  },
  blocks: {
    'npx compose8s secrets init shop/cluster': async (follow, project) => {
      expect((await follow()).stdout).toContain('✔ shop/cluster is up');
      expect(await project.shOk("kubectl --namespace shop-cluster get horizontalpodautoscaler web --output jsonpath='{.spec.minReplicas} {.spec.maxReplicas}'")).toBe('2 6');
      expect(await project.read('dist/shop/cluster/PARITY.md')).toContain('kubernetes');
    },
    'docker compose stop web': async (follow, project) => {
      const database = `${project.name}-${NEW}`;
      await project.shOk(`docker run --detach --name ${database} --env POSTGRES_USER=db --env POSTGRES_HOST_AUTH_METHOD=trust postgres:17-alpine`);
      await project.shOk(`for i in $(seq 60); do docker exec ${database} pg_isready --quiet --host 127.0.0.1 && exit; sleep 0.5; done; exit 1`);
      // KWOK could hand the command on, but does not hand on that its input has ended: the restore would wait for more.
      project.exchange('kubectl --namespace shop-cluster exec --stdin statefulset/db --', `docker exec --interactive ${database}`);
      await follow(COMPOSE);
      expect(await project.shOk(`docker exec ${database} psql -U db -d db -A -t -c 'SELECT number FROM orders'`)).toBe('4711\n');
      expect((await project.shOk('docker compose ps --services', COMPOSE)).split('\n').sort()).toEqual(['', 'db', 'proxy']);
      expect(await project.shOk("kubectl --namespace shop-cluster get deployment web --output jsonpath='{.spec.replicas}'")).toBe('2');
    },
  },
};
