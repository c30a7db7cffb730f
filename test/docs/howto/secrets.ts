import { expect } from '@jest/globals';
import { buildImage, removeImage, removeNamespace, stopShop, useCluster } from './engine';
import type { HowTo } from './page';

const IMAGE = 'registry.example/api:1.0.0';
const SERVER = 'server/compose';

export const secrets: HowTo = {
  page: 'docs/how-to/secrets.md',
  prepare: async project => {
    await project.writePrograms('stack.ts');
    await project.writeMain();
    await useCluster(project, 'shop-prod');
    await buildImage(project, IMAGE);
    await project.shOk('npx compose8s synth');
  },
  remove: async project => {
    await stopShop(project);
    await removeNamespace(project, 'shop-prod');
    await removeImage(IMAGE);
  },
  blocks: {
    'npx compose8s secrets init shop/prod': async (follow, project) => {
      const first = await follow('.', 1);
      expect({ named: first.stderr.match(/^✖ \S+/gm), made: first.stdout.match(/(?<=^✔ made )\S+/gm) }).toEqual({
        named: ['✖ secrets/shop/prod/keys/api-key'], made: ['secrets/shop/prod/keys/signing', 'secrets/shop/prod/keys/session'],
      });
      expect(await project.read('secrets/shop/prod/keys/signing')).toMatch(/^[0-9a-f]{64}$/);
      expect(await project.read('secrets/shop/prod/keys/session')).toMatch(/^[\w-]{32}$/);

      await project.shOk('openssl rand -hex 16 > secrets/shop/prod/keys/api-key');
      const made = await project.read('secrets/shop/prod/keys/session');
      await follow();
      expect(await project.read('secrets/shop/prod/keys/session')).toBe(made);
    },
    'npx compose8s secrets check shop/prod': async (follow, project) => {
      await follow();
      // Equal, weak, open to others, and held by git.
      await project.shOk('cp -a secrets kept && echo password > weak && cd secrets/shop/prod/keys && install -m 0444 session signing && install -m 0444 ../../../../weak api-key && chmod 0755 .');
      await project.shOk('git init --quiet && git add --force secrets/shop/prod/keys/session');
      const { stdout } = await follow('.', 1);
      for (const found of ['the same as that of', 'a word or a name that is guessed first', 'other users of this host can get at it', 'git holds 1 of its files']) expect(stdout).toContain(found);
      expect(stdout).not.toContain((await project.read('secrets/shop/prod/keys/session')).trim());
      await project.shOk('rm -rf secrets .git && mv kept secrets');
    },
    'echo SECRETS_DIR=../secrets > .env': async (follow, project) => {
      await project.shOk('mkdir server && cp -aT dist/shop/prod/compose server/compose && cp -afT secrets/shop/prod server/secrets');
      await follow(SERVER);
      const inside = (command: string) => project.shOk(`docker compose exec -T api ${command}`, SERVER);
      expect(await inside('printenv SESSION_KEY PAYMENT_KEY')).toBe(`${(await project.read('secrets/shop/prod/keys/session')).trim()}\n${(await project.read('secrets/shop/prod/keys/api-key')).trim()}\n`);
      expect(await inside('cat /run/secrets/keys/signing')).toBe(await project.read('secrets/shop/prod/keys/signing'));
      expect(await inside('ls /run/secrets/keys')).toBe('signing\n');
    },
    'kubectl apply --server-side -f dist/shop/prod/kubernetes/00-namespace.yaml': async (follow, project) => {
      await follow();
      const [secret] = JSON.parse(`[${await project.shOk('kubectl --namespace shop-prod get secret keys --output json')}]`) as [{ data: Record<string, string>; metadata: { annotations?: object } }];
      const value = Buffer.from(secret.data['signing']!, 'base64').toString();
      expect({ value, annotations: JSON.stringify(secret.metadata.annotations ?? {}).includes(secret.data['signing']!) }).toEqual({ value: (await project.read('secrets/shop/prod/keys/signing')).trim(), annotations: false });
    },
    'mkdir -p secrets/shop/prod/keys': async (follow, project) => {
      const values = async () => Promise.all(['signing', 'session', 'api-key'].map(async key => (await project.read(`secrets/shop/prod/keys/${key}`)).trim()));
      const before = await values();
      await project.shOk('mv secrets kept');
      await follow();
      expect(await values()).toEqual(before);
      await project.shOk('rm -rf secrets && mv kept secrets');
    },
    'kubectl --namespace shop-prod create secret docker-registry ghcr --docker-server=ghcr.io --docker-username=acme --docker-password="$(cat token)"': async (follow, project) => {
      await project.write('token', 'a token\n');
      await follow();
      expect(await project.shOk("kubectl --namespace shop-prod get secret ghcr --output jsonpath='{.type}'")).toBe('kubernetes.io/dockerconfigjson');
    },
    'install -m 0444 new-key secrets/shop/prod/keys/api-key': async (follow, project) => {
      const session = await project.read('secrets/shop/prod/keys/session');
      await project.shOk('openssl rand -hex 16 > new-key');
      await follow();
      expect(await project.read('secrets/shop/prod/keys/api-key')).toBe(await project.read('new-key'));
      expect(await project.read('secrets/shop/prod/keys/session')).not.toBe(session);
      await project.shOk('npx compose8s secrets check shop/prod');
      // What runs gets them, from the server's own copy.
      await project.shOk('cp -afT secrets/shop/prod server/secrets');
      await project.shOk('docker compose up --wait', SERVER);
      expect(await project.shOk('docker compose exec -T api printenv PAYMENT_KEY', SERVER)).toBe(await project.read('new-key'));
    },
  },
};
