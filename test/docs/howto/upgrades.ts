import { expect } from '@jest/globals';
import { buildImage, COMPOSE, removeImage, removeNamespace, sql, startShop, stopShop, useCluster } from './engine';
import type { HowTo } from './page';
import type { Project } from './project';

const IMAGE = 'registry.example/web';

const release = (project: Project, version: string) => project.writeMain(`    const image = Image.registry('${IMAGE}:${version}', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] });
    const env = { DATABASE_URL: (this.node.findChild('db') as Postgres).url };
    const migrate = new ReleaseJob(this, 'migrate', { image, env, command: ['true'], check: ['true'] });
    new WebService(this, 'web', { image, port: 8080, env, after: [migrate], probes: HealthProbes.http({ ready: '/ready' }) });`);

export const upgrades: HowTo = {
  page: 'docs/how-to/upgrades.md',
  prepare: async project => {
    await project.writePrograms('stack.ts');
    await release(project, '1.0.0');
    await useCluster(project, 'shop-prod');
    await buildImage(project, `${IMAGE}:1.0.0`);
    await startShop(project);
  },
  remove: async project => {
    await stopShop(project);
    await removeNamespace(project, 'shop-prod');
    await removeImage(`${IMAGE}:1.0.0`);
  },
  blocks: {
    'npx compose8s diff shop/prod': async (follow, project) => {
      await follow();
      await release(project, '1.1.0');
      expect((await follow('.', 3)).stdout).toMatch(/services\/web: re\w+/);
      // Another id is another volume.
      const stack = await project.read('stack.ts');
      await project.write('stack.ts', stack.replace("'db18'", "'db19'"));
      expect((await follow('.', 4)).stdout).toContain('data at risk');
      await project.write('stack.ts', stack);
      await release(project, '1.0.0');
    },
    'kubectl delete job --selector=app.kubernetes.io/name=migrate': async (follow, project) => {
      const up = 'npx compose8s up shop/prod --target kubernetes';
      await project.shOk(`${up} && kubectl config set-context --current --namespace shop-prod`);
      const uid = () => project.shOk("kubectl get jobs --selector=app.kubernetes.io/name=migrate --output jsonpath='{.items[*].metadata.uid}'");
      const former = await uid();
      expect((await follow()).stdout).toMatch(/^job\.batch "migrate-\S+" deleted/);
      expect(await uid()).toBe('');
      await project.shOk(up);
      expect(await uid()).toMatch(new RegExp(`^(?!${former})[0-9a-f-]{36}$`));
    },
    'docker compose stop web': async (follow, project) => {
      await sql(project, 'db', 'shop', "CREATE TABLE orders (number int); INSERT INTO orders VALUES (4711)");
      await follow(COMPOSE);
      expect(await sql(project, 'db18', 'shop', 'SELECT number FROM orders')).toBe('4711');
    },
    'npm install compose8s@latest': 'no registry has the package; test/package/try.sh installs it packed, and runs `diff` there',
  },
};
