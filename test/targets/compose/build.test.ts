import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HealthProbes, ReleaseJob } from '../../../constructs';
import { Image, Instruction, Workload, type BuildProps } from '../../../lib';
import { temporaryFolder } from '../../support/run';
import { composeOf, service } from '../../support/stacks';

const built = (props: Partial<BuildProps> = {}) => Image.build({
  name: 'shop', version: '1.0', context: __dirname, user: { uid: 1000, gid: 1000 }, tools: ['curl'],
  stages: [{ name: 'production', from: 'alpine:3.22', instructions: [] }], ...props,
});

function sources(files: readonly string[]): string {
  const folder = temporaryFolder();
  for (const path of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

describe('an image that is built', () => {
  test('prints a Dockerfile that reads like its stages', () => {
    const { file } = composeOf(stack => {
      service(stack, 'web', {
        probes: HealthProbes.http({ ready: '/ready', alive: '/alive', every: '30s', startup: '1m' }),
        image: built({
          labels: { description: 'It "sells"' },
          stages: [
            { name: 'builder', from: 'node:22-alpine', instructions: [Instruction.workdir('/build'), Instruction.copy(['package.json', 'package-lock.json'], './'), Instruction.run(['npm ci', 'npm run build'], { caches: ['/root/.npm'], ignore: ['DL3059'] })] },
            { name: 'production', from: 'node:22-alpine', instructions: [
              Instruction.env({ NODE_ENV: 'production', GREETING: 'hello "you"' }), Instruction.run('adduser -D shop'), Instruction.copy('/build/dist', '/app', { from: 'builder', owner: '1000:1000' }),
              Instruction.user(1000), Instruction.expose(8080), Instruction.entrypoint('node'), Instruction.cmd('server.js', '--port=8080'),
            ] },
          ],
        }),
      });
    });
    expect(file('images/shop/Dockerfile')).toBe(`FROM node:22-alpine AS builder
WORKDIR /build
COPY package.json package-lock.json ./
# hadolint ignore=DL3059
RUN --mount=type=cache,target=/root/.npm,sharing=locked \\
    npm ci \\
 && npm run build

FROM node:22-alpine AS production
ENV NODE_ENV="production" \\
    GREETING="hello \\"you\\""
RUN adduser -D shop
COPY --from=builder --chown=1000:1000 /build/dist /app
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["node"]
CMD ["server.js", "--port=8080"]
LABEL org.opencontainers.image.title="shop" \\
      org.opencontainers.image.version="1.0" \\
      org.opencontainers.image.description="It \\"sells\\""
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \\
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/alive"]
`);
  });

  test('is built once, by the first that runs it', () => {
    const image = built();
    const { services } = composeOf(stack => {
      const migrate = new ReleaseJob(stack, 'migrate', { image, command: ['migrate'] });
      service(stack, 'web', { image, after: [migrate] });
    });
    expect([services['migrate']!.build, services['web']!.build, services['web']!.image]).toEqual([{ context: './images/shop', target: 'production' }, undefined, 'shop:1.0']);
  });

  test('is built by a service that is started with the others, before one that is in a profile', () => {
    const image = built();
    const { services } = composeOf(stack => {
      new Workload(stack, 'restore', { image, runs: { kind: 'task' } });
      service(stack, 'web', { image });
    });
    expect([services['restore']!.build, services['web']!.build]).toEqual([undefined, { context: './images/shop', target: 'production' }]);
  });

  test('is built by work that is done by hand where nobody else runs it', () => {
    const { services } = composeOf(stack => { for (const id of ['restore', 'drill']) new Workload(stack, id, { image: built(), runs: { kind: 'task' } }); });
    expect([services['restore']!.build, services['drill']!.build]).toEqual([{ context: './images/shop', target: 'production' }, undefined]);
  });

  test('takes its sources along, so that the emitted folder needs nothing else', () => {
    const { files } = composeOf(stack => { service(stack, 'web', { image: built({ context: sources(['main.py', 'app/views.py']) }) }); });
    expect([...files.keys()].filter(path => path.startsWith('images/')).sort()).toEqual(['images/shop/Dockerfile', 'images/shop/Dockerfile.dockerignore', 'images/shop/app/views.py', 'images/shop/main.py']);
  });

  test('leaves behind what is ignored, and whatever might be secret', () => {
    const context = sources(['main.py', '.env', 'app/.env.production', 'tls/server.key', 'tls/server.pem', '.git/config', 'secrets/password', 'docs/guide.md', 'node_modules/x/index.js']);
    const { files, file } = composeOf(stack => { service(stack, 'web', { image: built({ context, ignore: ['docs', '**/node_modules'] }) }); });
    expect([...files.keys()].filter(path => path.startsWith('images/shop/')).sort()).toEqual(['images/shop/Dockerfile', 'images/shop/Dockerfile.dockerignore', 'images/shop/main.py']);
    expect(file('images/shop/Dockerfile.dockerignore').split('\n')).toEqual(expect.arrayContaining(['Dockerfile', '**/.env', '**/*.key', 'docs', '**/node_modules']));
  });

  test('keeps the programs among its sources executable', () => {
    const context = sources(['run.sh', 'main.py']);
    chmodSync(join(context, 'run.sh'), 0o755);
    const { files } = composeOf(stack => { service(stack, 'web', { image: built({ context }) }); });
    expect([...files].filter(([, { executable }]) => executable).map(([path]) => path)).toEqual(['images/shop/run.sh']);
  });

  test('checks nothing by itself where no service runs it', () => {
    const { file } = composeOf(stack => { new ReleaseJob(stack, 'migrate', { image: built(), command: ['migrate'] }); });
    expect(file('images/shop/Dockerfile')).not.toContain('HEALTHCHECK');
  });
});

describe('the sources of an image', () => {
  test('do not replace the generated Dockerfile by one of their own', () => {
    const { file } = composeOf(stack => { service(stack, 'web', { image: built({ context: sources(['Dockerfile', 'Dockerfile.dockerignore', 'app/Dockerfile', 'main.py']) }) }); });
    expect(file('images/shop/Dockerfile')).toContain('FROM alpine:3.22 AS production');
    expect(file('images/shop/Dockerfile.dockerignore')).toContain('**/.env\n');
  });

  test('leave out what their own .dockerignore names, and what is always left out even so', () => {
    const context = sources(['main.py', 'settings.local', 'docs/notes.md', '.env']);
    writeFileSync(join(context, '.dockerignore'), '# private\nsettings.local\n\ndocs\n!.env\n');
    const { files } = composeOf(stack => { service(stack, 'web', { image: built({ context }) }); });
    expect([...files.keys()].filter(path => path.startsWith('images/shop/')).sort()).toEqual(['images/shop/Dockerfile', 'images/shop/Dockerfile.dockerignore', 'images/shop/main.py']);
  });

  test('may link to each other, and not to what is outside or nowhere', () => {
    const context = sources(['main.py']);
    symlinkSync('main.py', join(context, 'linked.py'));
    const { files } = composeOf(stack => { service(stack, 'web', { image: built({ context }) }); });
    expect([...files.keys()]).toEqual(expect.arrayContaining(['images/shop/main.py', 'images/shop/linked.py']));
    symlinkSync('/etc/passwd', join(context, 'users'));
    symlinkSync('gone', join(context, 'nowhere'));
    expect(() => composeOf(stack => { service(stack, 'web', { image: built({ context }) }); })).toThrow(/users in the build context of shop is a link that leads out of it, or nowhere|nowhere in the build context/);
  });
});
