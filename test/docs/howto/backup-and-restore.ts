import { expect } from '@jest/globals';
import { Containers } from '../../e2e/cluster/containers';
import { buildImage, COMPOSE, removeImage, removeNamespace, sql, startShop, stopShop, useCluster } from './engine';
import type { HowTo } from './page';

const IMAGE = 'registry.example/web:1.0.0';
/** On the cluster no container runs: its jobs are said to have written what those on the engine did. */
const containers = new Containers('shop-prod');

export const backupAndRestore: HowTo = {
  page: 'docs/how-to/backup-and-restore.md',
  prepare: async project => {
    await project.writePrograms('stack.ts');
    await project.writeMain(`    const image = Image.registry('${IMAGE}', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] });
    const env = { DATABASE_URL: (this.node.findChild('db') as Postgres).url };
    const migrate = new ReleaseJob(this, 'migrate', { image, env, command: ['true'], check: ['true'] });
    new WebService(this, 'web', { image, port: 8080, replicas: 2, env, after: [migrate], probes: HealthProbes.http({ ready: '/ready' }) });`);
    await useCluster(project, 'shop-prod');
    await buildImage(project, IMAGE);
    await startShop(project);
    await sql(project, 'db', 'db', "CREATE TABLE orders (number int); INSERT INTO orders VALUES (4711)");
    await project.shOk('npx compose8s up shop/prod --target kubernetes');
  },
  remove: async project => {
    await containers.remove();
    await stopShop(project);
    await removeNamespace(project, 'shop-prod');
    await removeImage(IMAGE);
  },
  blocks: {
    'docker compose run --rm backup backup': async follow => {
      const { stdout } = await follow(COMPOSE);
      const [, file] = /backup: (\S+\.sql\.gz): verified/.exec(stdout)!;
      for (const said of [`latest ${file}`, `verify: ${file}: good`, 'drill: public.orders: 1 rows']) expect(stdout).toContain(said);
      await containers.standIn({ logs: stdout });
    },
    'kubectl config set-context --current --namespace shop-prod': async (follow, project) => {
      await follow.until(/summary: 1 backups/);
      await project.shOk('kubectl wait --for=condition=Complete job/backup-now --timeout=30s');
    },
    'docker compose stop web': async (follow, project) => {
      await sql(project, 'db', 'db', 'DROP TABLE orders; CREATE TABLE of_a_later_migration (number int)');
      await containers.standIn({ logs: (await follow(COMPOSE)).stdout });
      expect(await sql(project, 'db', 'db', 'SELECT number FROM orders')).toBe('4711');
      expect(await sql(project, 'db', 'db', "SELECT to_regclass('of_a_later_migration')")).toBe('');
      expect((await project.shOk('docker compose ps --services', COMPOSE)).split('\n')).toContain('web');
    },
    'kubectl scale deployment/web --replicas=0': async (follow, project) => {
      const migration = () => project.shOk("kubectl get jobs --selector=app.kubernetes.io/name=migrate --output jsonpath='{.items[*].metadata.uid}'");
      const former = await migration();
      await follow.until(/ restored /);
      expect(await migration()).toMatch(new RegExp(`^(?!${former})[0-9a-f-]{36}$`));
      const [job] = JSON.parse(`[${await project.shOk('kubectl get job restore-1 --output json')}]`) as [{ spec: { template: { spec: { containers: readonly { args: readonly string[] }[] } } } }];
      expect(job.spec.template.spec.containers.map(({ args }) => args)).toEqual([['restore', 'latest', '--force']]);
      await project.shOk('kubectl rollout status deployment/web --timeout=30s');
      expect(await project.shOk("kubectl get deployment web --output jsonpath='{.spec.replicas}'")).toBe('2');
    },
    'docker compose run --rm -T backup import NAME < NAME': 'NAME is a file that the reader has from elsewhere; test/constructs/backup/real-postgres.sh brings one back',
    'kubectl create job import-1 --from=cronjob/backup --dry-run=client --output=json |': 'there is nobody to attach to: no container runs on the cluster of the tests',
  },
};
