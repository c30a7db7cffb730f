import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HealthProbes, ReleaseJob, ScheduledJob, SecurityScan } from '../../constructs';
import { App, Compose, Cron, Image, Kubernetes, Stack, synthesize, Volume, Workload, type DockerfileProps } from '../../lib';
import { temporaryFolder } from '../support/run';
import { composeOf, problemsOf, service, shop, textOf } from '../support/stacks';
import { clusterOf, clusterProblems } from './kubernetes/cluster';

const TEXT = `# syntax=docker/dockerfile:1
ARG RUBY=3.4
FROM ruby:\${RUBY}-slim AS build
COPY . /rails
RUN bundle install

FROM ruby:\${RUBY}-slim as Production
COPY --from=build /rails /rails
HEALTHCHECK CMD curl -f http://localhost:3000/up
USER 1000:1000
`;

function sources(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries({ Dockerfile: TEXT, 'config.ru': 'run Rails.application', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const rails = (props: Partial<DockerfileProps> = {}) => Image.dockerfile({ name: 'rails', version: '1.4.2', context: props.context ?? sources(), user: { uid: 1000, gid: 1000 }, tools: ['curl', 'shell'], ...props });
const web = (image: Image) => (stack: Stack) => { service(stack, 'web', { image }); };
const emitted = (files: ReadonlyMap<string, unknown>, folder = 'images/rails') => [...files.keys()].filter(path => path.startsWith(`${folder}/`)).map(path => path.slice(folder.length + 1)).sort();

describe('an image with a Dockerfile of its own', () => {
  test('is built by it as it stands, from a copy of its sources', () => {
    const [compose, cluster] = [composeOf(web(rails())), clusterOf(web(rails()))];
    expect(compose.services['web']).toMatchObject({ image: 'rails:1.4.2', build: { context: './images/rails' } });
    expect(compose.services['web']!.build).toEqual({ context: './images/rails' });
    expect(cluster.container('web').image).toBe('rails:1.4.2');
    expect(cluster.next[0]).toBe('docker build --tag rails:1.4.2 out/images/rails');
    for (const { files } of [compose, cluster]) {
      expect(textOf(files, 'images/rails/Dockerfile')).toBe(TEXT);
      expect(emitted(files)).toEqual(['Dockerfile', 'Dockerfile.dockerignore', 'config.ru']);
    }
  });

  test('is built up to a stage, with arguments, whatever is in them', () => {
    const args = { RUBY: '3.3', GREETING: "it's $HOME, `id` \"and\" ${MORE}", EMPTY: '' };
    const image = rails({ target: 'production', args });
    expect(composeOf(web(image)).services['web']!.build).toEqual({ context: './images/rails', target: 'production', args: { ...args, GREETING: args.GREETING.replaceAll('$', '$$$$') } });
    const words = execFileSync('sh', ['-c', `docker() { printf '%s\\n' "$@"; }\n${clusterOf(web(image)).next[0]}`], { encoding: 'utf8' });
    expect(words.trimEnd().split('\n')).toEqual(['build', '--target', 'production', ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]), '--tag', 'rails:1.4.2', 'out/images/rails']);
  });

  test('is asked by the probes of its workload, not by the HEALTHCHECK that it has', () => {
    expect(composeOf(web(rails())).services['web']!.healthcheck).toMatchObject({ test: expect.arrayContaining(['http://127.0.0.1:8080/ready']) });
    expect(clusterOf(web(rails())).container('web').readinessProbe).toMatchObject({ httpGet: { path: '/ready' } });
  });

  test('goes to the registry that it names, or else to that of the target', () => {
    expect(clusterOf(web(rails({ registry: 'registry.example/a' })), { registry: 'registry.example/b' }).container('web').image).toBe('registry.example/a/rails:1.4.2');
    expect(clusterOf(web(rails()), { registry: 'registry.example/b' }).next[0]).toBe('docker build --tag registry.example/b/rails:1.4.2 out/images/rails && docker push registry.example/b/rails:1.4.2');
  });

  test('may have it in a folder of the sources, under any name', () => {
    const context = sources({ 'docker/web.Dockerfile': 'FROM php:8.4-apache\n' });
    const { files, services } = composeOf(web(rails({ context, file: 'docker/web.Dockerfile' })));
    expect(textOf(files, 'images/rails/Dockerfile')).toBe('FROM php:8.4-apache\n');
    expect(services['web']!.build).toEqual({ context: './images/rails' });
  });

  test('leaves out what its .dockerignore names, what is never built, and nothing that is asked back', () => {
    const context = sources({ '.dockerignore': 'log\nDockerfile\n', 'log/a.log': '', '.env': '', '.env.example': '', 'app.rb': '' });
    expect(emitted(composeOf(web(rails({ context }))).files)).toEqual(['Dockerfile', 'Dockerfile.dockerignore', 'app.rb', 'config.ru']);
    expect(emitted(composeOf(web(rails({ context, ignore: ['*.ru', '!.env.example'] }))).files)).toEqual(['.env.example', 'Dockerfile', 'Dockerfile.dockerignore', 'app.rb']);
  });

  test('leaves out what the ignore file beside it names, in place of the other', () => {
    const context = sources({ '.dockerignore': 'app.rb\n', 'docker/Dockerfile': TEXT, 'docker/Dockerfile.dockerignore': 'config.ru\n', 'app.rb': '' });
    const paths = emitted(composeOf(web(rails({ context, file: 'docker/Dockerfile' }))).files);
    expect([paths.includes('app.rb'), paths.includes('config.ru')]).toEqual([true, false]);
  });

  test('is named in the guide of each target', () => {
    for (const { files } of synthesize(shop(web(rails()), { targets: [new Compose(), new Kubernetes()] })).emissions) {
      expect(textOf(files, 'OPERATIONS.md')).toContain('`rails:1.4.2`');
    }
  });

  test('is scanned, and its Dockerfile handed to Hadolint as it stands', () => {
    const app = new App();
    const scanned = new Stack(app, 'shop', 'prod', { targets: [new Compose()] });
    service(scanned, 'web', { image: rails() });
    new SecurityScan(app, 'scan', { of: scanned });
    const scan = synthesize(app).emissions.find(({ graph }) => graph.stack.environment === 'prod-scan')!;
    const [path] = [...scan.files.keys()].filter(name => name.endsWith('.Dockerfile'));
    expect(textOf(scan.files, path!)).toBe(TEXT);
    expect(textOf(scan.files, 'config/plan/scan.json')).toContain('images/rails/Dockerfile');
  });
});

describe('what an image with a Dockerfile of its own lacks', () => {
  const nightly = (stack: Stack, image: Image) => new ScheduledJob(stack, 'nightly', { image, command: ['rake', 'cleanup'], schedule: Cron.daily('03:00') });
  const around = (files: ReadonlyMap<string, unknown>) => textOf(files as never, 'images/rails-1-4-2-1000/Dockerfile');

  test('is the cron runner of scheduled work, which a second Dockerfile of the same sources adds', () => {
    const image = rails({ args: { RUBY: '3.3' } });
    const { services, files } = composeOf(stack => { nightly(stack, image); service(stack, 'web', { image }); });
    expect(services['nightly']).toMatchObject({ image: expect.stringMatching(/^shop-dev-rails-1-4-2-1000:[0-9a-f]{12}$/) });
    expect(services['nightly']!.build).toEqual({ context: './images/rails', dockerfile: '../rails-1-4-2-1000/Dockerfile', args: { RUBY: '3.3' } });
    expect(services['web']!.build).toEqual({ context: './images/rails', args: { RUBY: '3.3' } });
    expect(textOf(files, 'images/rails/Dockerfile')).toBe(TEXT);
    expect(around(files)).toBe(`${TEXT}
FROM golang:1.26-alpine AS compose8s-cron
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \\
    CGO_ENABLED=0 GOBIN=/out go install -trimpath -tags=timetzdata github.com/aptible/supercronic@v0.2.48

FROM production AS compose8s
COPY --from=compose8s-cron /out/supercronic /usr/local/bin/supercronic
USER 1000:1000
`);
  });

  test('is nothing on a cluster, which has a cron and groups for volumes', () => {
    const cluster = clusterOf(stack => { nightly(stack, rails()); });
    expect(cluster.container('nightly').image).toBe('rails:1.4.2');
    expect([...cluster.files.keys()].filter(path => path.includes('rails-1-4-2'))).toEqual([]);
  });

  test('are folders for volumes, unless it says that it has them', () => {
    const build = (folders: readonly string[]) => (stack: Stack) => {
      const image = rails({ folders });
      service(stack, 'web', { image, mounts: [{ volume: new Volume(stack, 'storage', { size: '1Gi' }), path: '/rails/storage' }] });
      new ReleaseJob(stack, 'migrate', { image, command: ['rake', 'db:migrate'] });
    };
    const lacking = composeOf(build([]));
    expect(lacking.services['web']!.build).toMatchObject({ dockerfile: '../rails-1-4-2-1000/Dockerfile' });
    expect(lacking.services['migrate']).toMatchObject({ image: 'rails:1.4.2', build: { context: './images/rails' } });
    expect(around(lacking.files)).toContain(`FROM production AS compose8s\nUSER 0:0\nRUN mkdir -p /rails/storage && chown 1000:1000 /rails/storage\nUSER 1000:1000\n`);
    const complete = composeOf(build(['/rails/storage']));
    expect(complete.services['web']).toMatchObject({ image: 'rails:1.4.2', build: { context: './images/rails' } });
    expect(complete.services['migrate']).not.toHaveProperty('build');
  });

  test('is added by one build for all that run it as the same user, and anew with each version', () => {
    const build = (version: string) => (stack: Stack) => {
      const image = rails({ version });
      const volume = new Volume(stack, 'storage', { size: '1Gi' });
      new Workload(stack, 'look', { image, command: ['ls'], runs: { kind: 'task' }, mounts: [{ volume, path: '/rails/storage' }] });
      service(stack, 'web', { image, mounts: [{ volume, path: '/rails/storage' }] });
      nightly(stack, image);
    };
    const { services } = composeOf(build('1.4.2'));
    expect(Object.entries(services).filter(([, one]) => one.build).map(([name]) => name)).toEqual(['web']);
    expect(new Set(Object.values(services).map(({ image }) => image)).size).toBe(1);
    expect(composeOf(build('1.4.3')).services['web']!.image!.split(':')[1]).not.toBe(services['web']!.image!.split(':')[1]);
  });

  test.each([
    { of: 'the one that is asked for', target: 'build', text: TEXT, from: 'build', base: undefined },
    { of: 'the last one', text: 'FROM a AS one\nFROM one AS two\n', from: 'two', base: undefined },
    { of: 'the last one, which gets a name', text: 'FROM a AS one\nFROM --platform=linux/amd64 one\r\nUSER 1\n', from: 'compose8s-base', base: 'FROM --platform=linux/amd64 one AS compose8s-base' },
    { of: 'the last one, over lines that go on', text: '  from a \\\n# said\n\n  as one\nRUN psql -c "SELECT * \\\nFROM users"\n', from: 'one', base: undefined },
    { of: 'the last one, not what here-documents and comments say', text: 'FROM a AS one\n# FROM b AS two\nRUN <<SQL psql\nSELECT *\nFROM users\nSQL\nCOPY <<-"END" /x\nFROM c AS three\n\tEND\nRUN echo $((1 <<3))\n', from: 'one', base: undefined },
    { of: 'the last one, not what a numbered here-document says, nor for want of an end of what only looks like one', text: 'FROM a AS one\nRUN 3<<END cat /dev/fd/3\nFROM b AS two\nEND\nRUN echo "cat <<EOF there"\nFROM one AS three\n', from: 'three', base: undefined },
    { of: 'the last one, where lines go on at a backtick', text: '# escape=`\nFROM a `\n  AS one\nCOPY x C:\\\nFROM one AS two\n', from: 'two', base: undefined },
  ])('is added to $of', ({ text, target, from, base }) => {
    const image = rails({ context: sources({ Dockerfile: text }), target });
    const { files } = composeOf(stack => { nightly(stack, image); });
    const printed = around(files);
    expect(printed).toContain(`\nFROM ${from} AS compose8s\n`);
    if (base) expect(printed.split('\n')).toContain(base);
    else expect(printed.startsWith(text.trimEnd())).toBe(true);
    expect(textOf(files, 'images/rails/Dockerfile')).toBe(text);
  });
});

test('a stage that is added goes on by the sign of the file', () => {
  const image = rails({ context: sources({ Dockerfile: '# syntax=docker/dockerfile:1\n# escape=`\nFROM a AS one\n' }) });
  const { files } = composeOf(stack => { new ScheduledJob(stack, 'nightly', { image, command: ['rake'], schedule: Cron.daily('03:00') }); });
  expect(textOf(files, 'images/rails-1-4-2-1000/Dockerfile')).toContain('target=/go/pkg/mod `\n    CGO_ENABLED=0');
});

describe('a Dockerfile that cannot be built', () => {
  const link = () => {
    const context = sources();
    symlinkSync('/etc/hostname', join(context, 'Linked'));
    return context;
  };
  test.each<{ is: string; props: Partial<DockerfileProps>; what: string; fix: string }>([
    { is: 'is not there', props: { file: 'docker/Dockerfile' }, what: 'there is no Dockerfile of rails at CONTEXT/docker/Dockerfile', fix: "name it as seen from the context: file: 'docker/Dockerfile'" },
    { is: 'is a folder', props: { context: sources({ 'docker/x': '' }), file: 'docker' }, what: 'there is no Dockerfile of rails at CONTEXT/docker', fix: "name it as seen from the context: file: 'docker/Dockerfile'" },
    { is: 'lies outside of its context', props: { context: join(sources({ 'app/x.rb': '' }), 'app'), file: '../Dockerfile' }, what: "the Dockerfile of rails, '../Dockerfile', is not in its build context", fix: 'put it among the sources, or give a context that has both' },
    { is: 'is a link that leads out of its context', props: { context: link(), file: 'Linked', ignore: ['Linked'] }, what: "the Dockerfile of rails, 'Linked', is not in its build context", fix: 'put it among the sources, or give a context that has both' },
    { is: 'has no stage', props: { file: 'config.ru' }, what: "the Dockerfile of rails, 'config.ru', builds nothing: it has no FROM", fix: 'name the file that has: file' },
    { is: 'has no such stage', props: { target: 'prod' }, what: "the Dockerfile of rails has no stage 'prod'", fix: 'name one of: build, Production' },
    { is: 'names no stage', props: { context: sources({ Dockerfile: 'FROM a\n' }), target: 'prod' }, what: "the Dockerfile of rails has no stage 'prod'", fix: 'name the stage there (FROM … AS prod), or leave out target' },
    { is: 'has the stage twice', props: { context: sources({ Dockerfile: 'FROM a AS prod\nFROM b AS PROD\n' }), target: 'prod' }, what: "the Dockerfile of rails has 2 stages 'prod'", fix: 'give each stage a name of its own' },
    { is: 'gets an argument that is none', props: { args: { 'RUBY VERSION': '3' } }, what: '"RUBY VERSION" cannot be the name of a build argument', fix: 'use letters, digits and underscores' },
    { is: 'gets a value of two lines', props: { args: { RUBY: 'a\nb' } }, what: '"a\\nb" cannot be the value of a build argument', fix: 'give text of one line' },
    { is: 'is to be built up to a stage with a strange name', props: { target: '--push' }, what: '"--push" cannot be the name of a stage', fix: 'name one of the Dockerfile, or leave out target' },
  ])('because it $is is a problem on both targets', ({ props, what, fix }) => {
    const context = props.context ?? sources();
    const build = web(rails({ ...props, context }));
    for (const problems of [problemsOf(shop(build)), clusterProblems(build)]) {
      expect(problems.replaceAll(context, 'CONTEXT')).toContain(`✖ ${what}\n  at shop/dev/web\n  fix: ${fix}\n`);
    }
  });

  test('under the name of another image is a problem', () => {
    expect(problemsOf(shop(stack => {
      service(stack, 'web', { image: rails() });
      service(stack, 'api', { image: rails(), probes: HealthProbes.tcp() });
    }))).toContain("it builds another image under the name 'rails' than shop/dev/web does");
  });
});
