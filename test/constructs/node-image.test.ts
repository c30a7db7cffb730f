import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthProbes, nodeHeap, NodeImage, WebService, type NodeImageProps } from '../../constructs';
import { Secret, type SizeLike } from '../../lib';
import { composeOf, problemsOf, shop } from '../support/stacks';

let context: string;
beforeAll(() => {
  context = mkdtempSync(join(tmpdir(), 'compose8s-node-'));
  for (const file of ['package.json', 'package-lock.json', 'pnpm-lock.yaml', 'prisma/package.json', 'prisma/pnpm-lock.yaml']) write(file);
});
afterAll(() => rmSync(context, { recursive: true }));

function write(path: string, content = ''): void {
  mkdirSync(join(context, path, '..'), { recursive: true });
  writeFileSync(join(context, path), content);
}

type Stage = 'production' | 'development';
const image = (props: Partial<NodeImageProps> = {}) => new NodeImage({ name: 'shop', version: '1.0', context, node: '20-alpine', port: 3000, ...props });
const emitted = (stage: Stage, props?: Partial<NodeImageProps>) => composeOf(stack => {
  new WebService(stack, 'web', { image: image(props)[stage], port: 3000, probes: HealthProbes.http({ ready: '/ready', alive: '/alive' }) });
});
const dockerfile = (stage: Stage, props?: Partial<NodeImageProps>) => emitted(stage, props).file('images/shop/Dockerfile');
/** One stage of it, without its first line. */
const stageOf = (text: string, name: string) => text.split(/^(?=FROM )/m).find(stage => stage.split('\n')[0]!.endsWith(` AS ${name}`))!.split('\n').slice(1).join('\n').trim();
const problems = (props: Partial<NodeImageProps>) => problemsOf(shop(stack => {
  new WebService(stack, 'web', { image: image(props).production, port: 3000, probes: HealthProbes.http({ ready: '/ready' }) });
}));

const NEXT: Partial<NodeImageProps> = { packageManager: 'pnpm@9.15.9', output: 'next', prisma: 'prisma', init: 'dumb-init', user: { name: 'shop', uid: 1001, gid: 1001 }, packages: { deps: ['chromium'] } };

describe('a Node.js image', () => {
  test('is built in stages: dependencies before sources, and only what runs in the end', () => {
    expect(dockerfile('production')).toBe(`FROM node:20-alpine AS deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,sharing=locked \\
    npm ci --no-audit --no-fund --ignore-scripts

FROM deps AS builder
COPY . .
RUN npm run build

FROM node:20-alpine AS production-deps
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,sharing=locked \\
    npm ci --no-audit --no-fund --omit=dev --ignore-scripts

FROM node:20-alpine AS runner
ENV NODE_ENV="production"
WORKDIR /app
COPY --from=production-deps /app/node_modules ./node_modules
COPY --from=builder /app/package.json ./package.json
COPY --from=builder /app/dist ./dist
USER 1000:1000
EXPOSE 3000
CMD ["node", "."]
LABEL org.opencontainers.image.title="shop" \\
      org.opencontainers.image.version="1.0"
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \\
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/alive"]

FROM deps AS development
ENV NODE_ENV="development"
WORKDIR /app
COPY . .
USER 1000:1000
EXPOSE 3000
CMD ["node", "--watch", "."]
`);
  });

  test('with pnpm gets it in its exact version, and installs what its lock file says', () => {
    const text = dockerfile('production', { packageManager: 'pnpm@9.15.9' });
    expect(stageOf(text, 'deps')).toBe(`RUN --mount=type=cache,target=/root/.npm,sharing=locked \\
    npm install --global pnpm@9.15.9
WORKDIR /app
COPY package.json pnpm-lock.yaml ./
RUN --mount=type=cache,target=/root/.pnpm-store,sharing=locked \\
    pnpm install --frozen-lockfile --store-dir=/root/.pnpm-store --ignore-scripts`);
    expect(stageOf(text, 'production-deps')).toContain('pnpm install --frozen-lockfile --store-dir=/root/.pnpm-store --prod --ignore-scripts');
    expect(stageOf(text, 'builder')).toContain('RUN pnpm run build');
  });

  test.each([
    { manager: 'npm', installs: { deps: 1, builder: 0, 'production-deps': 1, runner: 0 } },
    { manager: 'pnpm@9.15.9', installs: { deps: 2, builder: 0, 'production-deps': 2, runner: 0 } },
  ] as const)('with the token of a registry shows it to $manager, wherever that installs, and nowhere else', ({ manager, installs }) => {
    const { file, services } = composeOf(stack => {
      const npmrc = new Secret(stack, 'npm', { keys: { npmrc: Secret.given('the registry') } }).key('npmrc');
      new WebService(stack, 'web', { image: image({ packageManager: manager, npmrc }).production, port: 3000, probes: HealthProbes.http({ ready: '/ready' }) });
    });
    const text = file('images/shop/Dockerfile');
    expect(services['web']!.build).toMatchObject({ secrets: [{ source: 'npm.npmrc', target: 'npmrc' }] });
    for (const [stage, times] of Object.entries(installs)) {
      expect([stage, stageOf(text, stage).match(/--mount=type=secret,id=npmrc,target=\/root\/\.npmrc,required=true \\\n {4}p?npm (ci|install) /g)?.length ?? 0]).toEqual([stage, times]);
      expect(stageOf(text, stage).match(/type=secret/g)?.length ?? 0).toBe(times);
    }
  });

  test('lets packages run programs of their own only where that is asked for', () => {
    expect(dockerfile('production', { installScripts: true })).not.toContain('--ignore-scripts');
  });

  test('of Next.js has its standalone server, and no folder of dependencies', () => {
    const text = dockerfile('production', NEXT);
    expect(text.match(/^FROM .*$/gm)).toEqual(['FROM node:20-alpine AS deps', 'FROM deps AS builder', 'FROM node:20-alpine AS runner', 'FROM deps AS development']);
    expect(stageOf(text, 'runner')).toBe(`ENV NODE_ENV="production" \\
    HOSTNAME="0.0.0.0" \\
    PORT="3000" \\
    NEXT_TELEMETRY_DISABLED="1"
# hadolint ignore=DL3018
RUN apk add --no-cache dumb-init \\
 && addgroup -S -g 1001 shop \\
 && adduser -S -D -H -u 1001 -G shop shop
WORKDIR /app
COPY --from=builder /app/.next/standalone ./
COPY --from=builder /app/.next/static ./.next/static
COPY --from=builder /app/public ./public
COPY --from=builder /app/prisma ./prisma
USER 1001:1001
EXPOSE 3000
ENTRYPOINT ["dumb-init", "--"]
CMD ["node", "server.js"]
LABEL org.opencontainers.image.title="shop" \\
      org.opencontainers.image.version="1.0"
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \\
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/alive"]`);
  });

  test('with Prisma installs its command line apart, and makes the client before every build', () => {
    const text = dockerfile('production', NEXT);
    expect(stageOf(text, 'deps')).toMatch(/WORKDIR \/app\/prisma\nCOPY prisma\/package\.json prisma\/pnpm-lock\.yaml \.\/\nRUN .*\n.*pnpm install --frozen-lockfile .*--prod --ignore-scripts\nWORKDIR \/app$/);
    for (const stage of ['builder', 'development']) expect(stageOf(text, stage)).toContain('COPY . .\nWORKDIR /app/prisma\nRUN node_modules/.bin/prisma generate\nWORKDIR /app\n');
  });

  test('for development has all dependencies, the sources, and the development server as its user', () => {
    const text = stageOf(dockerfile('development', { ...NEXT, packages: { runner: ['openssl'], development: ['git'] } }), 'development');
    expect(text).toMatch(/^ENV NODE_ENV="development"/);
    expect(text).toContain('apk add --no-cache dumb-init openssl git \\\n');
    expect(text).toContain('RUN ln -s /tmp/next-env.d.ts next-env.d.ts\nUSER 1001:1001\n');
    expect(text).toContain('ENTRYPOINT ["dumb-init", "--"]\nCMD ["node_modules/.bin/next", "dev", "--hostname", "0.0.0.0", "--port", "3000"]');
  });

  test('has each package of the system in the stage that needs it, on Alpine and on Debian', () => {
    const packages = { deps: ['python3'], builder: ['git'], runner: ['openssl'] };
    const [alpine, debian] = ['20-alpine', '20-bookworm-slim'].map(node => dockerfile('production', { node, packages, folders: ['/srv/files'] }));
    const installed = (text: string, command: RegExp) => ['deps', 'builder', 'production-deps', 'runner', 'development'].map(stage => command.exec(stageOf(text, stage))?.[1]);
    expect(installed(alpine!, /apk add --no-cache ([a-z0-9 ]*[a-z0-9])/)).toEqual(['python3', 'git', 'python3', 'openssl', 'openssl']);
    expect(installed(debian!, /--no-install-recommends (.*) \\/)).toEqual(['python3', 'git', 'python3', 'openssl', 'openssl']);
    expect(stageOf(debian!, 'runner')).toContain(`# hadolint ignore=DL3008
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends openssl \\
 && rm -rf /var/lib/apt/lists/* \\
 && install -d -o 1000 -g 1000 /srv/files`);
    expect(stageOf(dockerfile('production', { node: '20-bookworm-slim', user: NEXT.user }), 'runner')).toContain('RUN groupadd --gid 1001 shop \\\n && useradd --uid 1001 --gid 1001 ');
  });

  test('tells of its user, its folders and its tools, so that nobody has to', () => {
    expect(image({ folders: ['/srv/files'] }).production.facts).toEqual({ user: { uid: 1000, gid: 1000 }, tools: ['node', 'wget', 'nc', 'shell'], folders: ['/srv/files'] });
    expect(image({ node: '20-bookworm-slim', user: NEXT.user }).development.facts).toMatchObject({ user: { uid: 1001, gid: 1001 }, tools: ['node', 'bash', 'shell'] });
  });

  test('leaves out of the build what is made, fetched or secret', () => {
    for (const path of ['node_modules/next/index.js', 'prisma/node_modules/prisma/index.js', '.next/cache/x', 'dist/index.js', 'coverage/lcov.info', '.npmrc', '.env.local', 'src/app/page.tsx', 'src/build/index.ts', 'npm-debug.log']) write(path, 'x');
    const copied = [...emitted('production').files.keys()].filter(path => path.startsWith('images/shop/')).map(path => path.slice('images/shop/'.length));
    expect(copied.sort()).toEqual(['Dockerfile', 'Dockerfile.dockerignore', 'package-lock.json', 'package.json', 'pnpm-lock.yaml', 'prisma/package.json', 'prisma/pnpm-lock.yaml', 'src/app/page.tsx', 'src/build/index.ts']);
  });

  test.each<[string, Partial<NodeImageProps>, string, string]>([
    ['a range of pnpm', { packageManager: 'pnpm@9' as 'npm' }, `"pnpm@9" is no package manager that is known, in an exact version`, "write 'npm', or 'pnpm@9.15.9'"],
    ['a package that is a command', { packages: { deps: ['git; id'] } }, '"git; id" cannot be the name of a package of the system', 'use the name that apk knows it by'],
    ['a package that is a command, on Debian', { node: '20-slim', packages: { runner: ['$(id)'] } }, '"$(id)" cannot be the name of a package of the system', 'use the name that apt knows it by'],
    ['a hostile user', { user: { name: 'a b', uid: 1001, gid: 1001 } }, '"a b" cannot be the name of a user', 'use at most 32 lower-case letters, digits and dashes'],
    ['a user whose number is taken', { user: { name: 'shop', uid: 1000, gid: 1000 } }, 'the image has a user 1000 already: node', 'leave user out, or give another number'],
    ['a hostile folder', { folders: ['/srv; id'] }, '"/srv; id" cannot be a folder of an image', "use an absolute path of letters, digits, dots and dashes, without '..'"],
    ["Prisma's folder outside", { prisma: '../prisma' }, '"../prisma" cannot be the folder of Prisma\'s files', "name it as seen from the context: 'prisma'"],
    ['output that leaves its line', { output: ['dist\nRUN id'] }, '"/app/dist\\nRUN id" cannot be a path to copy', 'use letters, digits and the signs of paths: no space, quote, line break or sign of the shell'],
  ])('refuses %s', (_, props, what, fix) => {
    expect(problems(props)).toContain(`✖ ${what}\n  at shop/dev/web\n  fix: ${fix}\n`);
  });

  test('refuses sources without a lock file, and says which is missing', () => {
    rmSync(join(context, 'prisma/pnpm-lock.yaml'));
    expect(problems(NEXT)).toBe(`✖ prisma/pnpm-lock.yaml is missing in ${context}
  at shop/dev/web
  fix: run pnpm install there, and commit prisma/pnpm-lock.yaml: what is installed must not depend on the day
`);
    write('prisma/pnpm-lock.yaml');
  });
});

describe("Node's heap", () => {
  test.each<[SizeLike, string]>([['2Gi', '1536'], ['1Gi', '768'], ['512Mi', '384'], ['300MB', '214']])('of %s of memory is %s MiB', (memory, heap) => {
    expect(nodeHeap({ cpu: 1, memory })).toBe(`--max-old-space-size=${heap}`);
    expect(nodeHeap({ cpu: 1, memory: { request: '64Mi', limit: memory } })).toBe(`--max-old-space-size=${heap}`);
  });

  test('can be another share', () => expect(nodeHeap({ cpu: 1, memory: '1Gi' }, 1 / 2)).toBe('--max-old-space-size=512'));

  test('leaves it to the workload to report an amount that is none', () => {
    // @ts-expect-error -- no unit
    const resources = { cpu: 1, memory: '512' } as { cpu: number; memory: SizeLike };
    expect(problemsOf(shop(stack => {
      new WebService(stack, 'web', { image: image().production, resources, env: { NODE_OPTIONS: nodeHeap(resources) }, port: 3000, probes: HealthProbes.http({ ready: '/ready' }) });
    }))).toContain("✖ resources: '512' is not a size\n  at shop/dev/web\n");
  });
});
