import { expect } from '@jest/globals';
import type { HowTo } from './page';

const FOLDER = 'secrets/shop/prod/proxy-certificate';
const pair = (names: readonly string[], [certificate, key] = [`${FOLDER}/tls.crt`, `${FOLDER}/tls.key`]) => `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 90 -subj /CN=${names[0]} -addext subjectAltName=${names.map(name => `DNS:${name}`).join()} -keyout ${key} -out ${certificate}`;

export const tls: HowTo = {
  page: 'docs/how-to/tls.md',
  prepare: async project => {
    await project.writePrograms('stack.ts');
    await project.writeMain();
    await project.write('stack.ts', (await project.read('stack.ts')).replace(/tls: \{ acme: .*\},$/m, "tls: 'given',"));
  },
  blocks: {
    'docker compose run --rm proxy-certbot -v': "it asks Let's Encrypt, which asks a server of that name; test/constructs/nginx/real-nginx.sh has certbot do it before Pebble",
    'npx compose8s secrets check shop/prod': async (follow, project) => {
      const { stderr } = await project.ending('npx compose8s secrets init shop/prod', '.', 1);
      expect(stderr.match(/^✖ \S+/gm)).toEqual([`✖ ${FOLDER}/tls.crt`, `✖ ${FOLDER}/tls.key`]);
      await follow('.', 1);

      await project.shOk(`mkdir -p ${FOLDER}`);
      await project.shOk(pair(['shop.example']));
      expect((await follow('.', 1)).stdout).toContain('www.shop.example');
      await project.shOk(`${pair(['shop.example', 'www.shop.example'])} && npx compose8s secrets init shop/prod`);
      await follow();
    },
    'install -m 0444 new.crt secrets/shop/prod/proxy-certificate/tls.crt': async (follow, project) => {
      await project.shOk(pair(['shop.example', 'www.shop.example'], ['new.crt', 'new.key']));
      await follow();
      expect(await project.read(`${FOLDER}/tls.crt`)).toBe(await project.read('new.crt'));
      await project.shOk('npx compose8s secrets check shop/prod');
    },
  },
};
