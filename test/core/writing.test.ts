import { describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Compose, Config, Image, Stack, type Target } from '../../lib';
import { filesBelow, run, temporaryFolder, timesBelow } from '../support/run';
import { service } from '../support/stacks';

interface Shape { readonly files?: Readonly<Record<string, string>>; readonly environments?: readonly string[]; readonly broken?: boolean; readonly executable?: boolean }

/** A shop with a config of given files in each environment. */
function shop(outdir: string, { files = { a: 'A' }, environments = ['dev'], broken = false, executable }: Shape = {}): App {
  const app = new App({ outdir });
  for (const environment of environments) {
    const stack = new Stack(app, 'shop', environment, { targets: [new Compose({ host: environment })] });
    service(stack, 'web', { mounts: [{ config: new Config(stack, 'config', { files, executable }), path: '/etc/web' }], ...(broken ? { probes: undefined } : {}) });
  }
  return app;
}

/** A shop whose image is built from a folder. */
function withSources(outdir: string, context: string): App {
  const app = new App({ outdir });
  const stages = [{ name: 'production', from: 'alpine:3.22', instructions: [] }];
  service(new Stack(app, 'shop', 'dev', { targets: [new Compose()] }), 'web', { image: Image.build({ name: 'shop', version: '1.0', context, stages, user: { uid: 10001, gid: 10001 }, tools: ['curl'] }) });
  return app;
}

const CONFIG = 'shop/dev/compose/config/config';

describe('synthesis to the disk', () => {
  test('writes each target of a stack to a folder of its own, with the parity report beside', () => {
    const folder = temporaryFolder();
    run(shop(folder));
    expect(Object.keys(filesBelow(folder)).sort()).toEqual([
      'shop/dev/PARITY.md', 'shop/dev/compose/.env.dev.example', 'shop/dev/compose/.env.example', 'shop/dev/compose/OPERATIONS.md', 'shop/dev/compose/compose.yaml', 'shop/dev/compose/config/config/a', 'shop/dev/parity.json',
    ]);
  });

  test('says what it wrote, what differs, and what to run next', () => {
    const folder = temporaryFolder();
    const { out, err, exitCode } = run(shop(folder));
    expect({ out: out.replaceAll(/\S*compose8s-test-\w+/g, 'OUT'), err, exitCode }).toEqual({
      out: '✔ OUT/shop/dev/compose  5 files, 1 workloads\n  → docker compose --project-directory OUT/shop/dev/compose up --build --wait\n7 files written, 0 unchanged, 0 removed\n',
      err: '', exitCode: undefined,
    });
  });

  test('goes to CDK8S_OUTDIR where the program names no folder', () => {
    const folder = temporaryFolder();
    const former = process.env['CDK8S_OUTDIR'];
    process.env['CDK8S_OUTDIR'] = folder;
    try {
      const app = new App();
      service(new Stack(app, 'shop', 'dev', { targets: [new Compose()] }), 'web');
      run(app);
    } finally {
      if (former === undefined) delete process.env['CDK8S_OUTDIR'];
      else process.env['CDK8S_OUTDIR'] = former;
    }
    expect(existsSync(join(folder, 'shop/dev/compose/compose.yaml'))).toBe(true);
  });

  test('leaves a file that has not changed untouched, down to its time', () => {
    const folder = temporaryFolder();
    run(shop(folder, { files: { a: 'A', b: 'B' } }));
    const past = new Date('2001-01-01');
    for (const path of Object.keys(filesBelow(folder))) utimesSync(join(folder, path), past, past);
    const { out } = run(shop(folder, { files: { a: 'A', b: 'other' } }));
    const changed = Object.entries(timesBelow(folder)).filter(([, time]) => time !== past.getTime()).map(([path]) => path);
    // The hash of the content is in the service.
    expect(changed.sort()).toEqual(['shop/dev/compose/compose.yaml', `${CONFIG}/b`]);
    expect(out).toContain('2 files written, 6 unchanged, 0 removed\n');
  });

  test('removes what it wrote before and no longer emits, with the folders that this empties', () => {
    const folder = temporaryFolder();
    run(shop(folder, { environments: ['dev', 'prod'] }));
    const { out } = run(shop(folder, { environments: ['dev'] }));
    expect(existsSync(join(folder, 'shop/prod'))).toBe(false);
    expect(out).toContain('0 files written, 7 unchanged, 7 removed\n');
  });

  test('removes a whole system that is gone', () => {
    const folder = temporaryFolder();
    run(shop(folder, { environments: ['dev'] }));
    const other = new App({ outdir: folder });
    service(new Stack(other, 'store', 'dev', { targets: [new Compose()] }), 'web');
    run(other);
    expect(existsSync(join(folder, 'shop'))).toBe(false);
    expect(existsSync(join(folder, 'store/dev/compose/compose.yaml'))).toBe(true);
  });

  test('of some stacks leaves those of others in place', () => {
    const folder = temporaryFolder();
    run(shop(folder, { environments: ['dev', 'prod'] }));
    run(shop(folder, { environments: ['dev', 'prod'], files: { b: 'B' } }), { keep: stack => stack.environment === 'dev' });
    expect(Object.keys(filesBelow(folder)).filter(path => path.includes('/config/')).sort()).toEqual([`${CONFIG}/b`, 'shop/prod/compose/config/config/a']);
  });

  test('of some targets leaves the report of all of them in place', () => {
    const folder = temporaryFolder();
    const both = () => {
      const app = new App({ outdir: folder });
      const other: Target = { name: 'other', render: () => ({ documents: [], files: new Map([['x', { text: 'x' }]]), notes: [], problems: [] }), print: () => new Map(), next: () => [] };
      service(new Stack(app, 'shop', 'dev', { targets: [new Compose(), other] }), 'web');
      return app;
    };
    run(both());
    const before = filesBelow(folder);
    run(both(), { keep: (_, target) => target === undefined || target.name === 'compose' });
    expect(filesBelow(folder)).toEqual(before);
    expect(before['shop/dev/PARITY.md']).toContain('## other');
  });

  test('marks programs as executable, and takes the mark away again', () => {
    const folder = temporaryFolder();
    const mode = () => statSync(join(folder, CONFIG, 'a')).mode & 0o777;
    run(shop(folder));
    const plain = mode();
    run(shop(folder, { executable: true }));
    const program = mode();
    run(shop(folder));
    expect([plain, program, mode()]).toEqual([0o644, 0o755, 0o644]);
  });

  test('lets a folder of the sources take the place of a file, and the other way round', () => {
    const [folder, sources] = [temporaryFolder(), temporaryFolder()];
    const image = 'shop/dev/compose/images/shop';
    const built = () => run(withSources(folder, sources)).err;
    const emitted = () => Object.keys(filesBelow(folder)).filter(path => path.startsWith(image)).map(path => path.slice(image.length + 1)).sort();
    writeFileSync(join(sources, 'settings'), '');
    built();
    rmSync(join(sources, 'settings'));
    mkdirSync(join(sources, 'settings'));
    writeFileSync(join(sources, 'settings/base'), '');
    expect([built(), emitted()]).toEqual(['', ['Dockerfile', 'Dockerfile.dockerignore', 'settings/base']]);
    rmSync(join(sources, 'settings'), { recursive: true });
    writeFileSync(join(sources, 'settings'), '');
    expect([built(), emitted()]).toEqual(['', ['Dockerfile', 'Dockerfile.dockerignore', 'settings']]);
  });
});

describe('other people\'s files', () => {
  test('beside the output stay', () => {
    const folder = temporaryFolder();
    run(shop(folder));
    writeFileSync(join(folder, 'shop/dev/compose/.env'), 'mine');
    writeFileSync(join(folder, 'shop/dev/compose/compose.override.yaml'), 'mine');
    run(shop(folder, { environments: ['prod'] }));
    expect(Object.keys(filesBelow(folder)).filter(path => path.startsWith('shop/dev/')).sort()).toEqual(['shop/dev/compose/.env', 'shop/dev/compose/compose.override.yaml']);
  });

  test('in the way are a problem, and stay as they are', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, CONFIG), { recursive: true });
    writeFileSync(join(folder, CONFIG, 'a'), 'mine');
    const { err, out, exitCode } = run(shop(folder));
    expect({ err, out, exitCode }).toEqual({
      err: `✖ a file stands here that synthesis did not write\n  at ${folder}/${CONFIG}/a\n  fix: move it away, or choose another output folder\n\n1 problem; nothing was written\n`, out: '', exitCode: 1,
    });
    expect(filesBelow(folder)).toEqual({ [`${CONFIG}/a`]: 'mine' });
  });

  test.each<[string, (folder: string) => string]>([
    ['a file where a folder is to be', folder => { mkdirSync(join(folder, 'shop')); writeFileSync(join(folder, 'shop/dev'), 'mine'); return 'shop/dev'; }],
    ['a folder with files where a file is to be', folder => { mkdirSync(join(folder, CONFIG, 'a'), { recursive: true }); writeFileSync(join(folder, CONFIG, 'a/mine'), 'mine'); return `${CONFIG}/a/mine`; }],
    ['a link that leads nowhere', folder => { mkdirSync(join(folder, CONFIG), { recursive: true }); symlinkSync('/nowhere', join(folder, CONFIG, 'a')); return `${CONFIG}/a`; }],
  ])('are in the way as %s, too', (_, put) => {
    const folder = temporaryFolder();
    const path = put(folder);
    expect(run(shop(folder)).err).toContain(`✖ a file stands here that synthesis did not write\n  at ${folder}/${path}\n`);
  });

  test('with the very same content are no problem', () => {
    const folder = temporaryFolder();
    run(shop(folder));
    rmSync(join(folder, '.compose8s.json'));
    expect(run(shop(folder)).out).toContain('0 files written, 7 unchanged');
  });

  test('are all that stands there when the ledger cannot be read', () => {
    const folder = temporaryFolder();
    run(shop(folder));
    writeFileSync(join(folder, '.compose8s.json'), '{"files": {');
    expect(run(shop(folder, { files: { a: 'other' } })).err).toContain(`at ${folder}/${CONFIG}/a\n`);
  });

  test('made of ours by a change are kept when no longer emitted, and named', () => {
    const folder = temporaryFolder();
    run(shop(folder, { files: { a: 'A', b: 'B' } }));
    writeFileSync(join(folder, CONFIG, 'b'), 'changed by hand');
    const { out } = run(shop(folder));
    expect(filesBelow(folder)[`${CONFIG}/b`]).toBe('changed by hand');
    expect(out).toContain(`kept, though no longer emitted, since somebody changed it: ${CONFIG}/b\n`);
  });
});

describe('a run that fails', () => {
  test('for problems of the stack leaves the former output as it was', () => {
    const folder = temporaryFolder();
    run(shop(folder));
    const before = { files: filesBelow(folder), times: timesBelow(folder), ledger: readFileSync(join(folder, '.compose8s.json'), 'utf8') };
    const { exitCode } = run(shop(folder, { files: { a: 'other' }, broken: true }));
    expect(exitCode).toBe(1);
    expect({ files: filesBelow(folder), times: timesBelow(folder), ledger: readFileSync(join(folder, '.compose8s.json'), 'utf8') }).toEqual(before);
  });

  test('on an empty place makes no folder at all', () => {
    const folder = temporaryFolder();
    run(shop(join(folder, 'dist'), { broken: true }));
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  test('by being killed while it wrote does not hinder the next one, which takes everything for its own', () => {
    const folder = temporaryFolder();
    const program = `
      const fs = require('node:fs');
      const rename = fs.renameSync;
      let steps = 0;
      fs.renameSync = (...paths) => { if (++steps === 4) process.kill(process.pid, 'SIGKILL'); rename(...paths); };
      const { App, Compose, Config, Stack } = require('./lib');
      const app = new App({ outdir: ${JSON.stringify(folder)} });
      new Config(new Stack(app, 'shop', 'dev', { targets: [new Compose()] }), 'config', { files: { a: '1', b: '2', c: '3', d: '4' } });
      app.synth();
    `;
    expect(spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', program], { cwd: join(__dirname, '../..') }).signal).toBe('SIGKILL');
    expect(readdirSync(folder).filter(name => name.startsWith('.compose8s-'))).toHaveLength(1);
    expect(run(shop(folder, { files: { a: 'other', b: 'other' } }))).toMatchObject({ err: '', exitCode: undefined });
    expect(readdirSync(folder).sort()).toEqual(['.compose8s.json', 'shop']);
    expect(Object.keys(filesBelow(folder)).filter(path => path.includes('/config/')).sort()).toEqual([`${CONFIG}/a`, `${CONFIG}/b`]);
  });

  test('at any step of writing takes back what it did', () => {
    const folder = temporaryFolder();
    run(shop(folder, { files: { a: 'A', z: 'Z', old: '' } }));
    const before = { files: filesBelow(folder), ledger: readFileSync(join(folder, '.compose8s.json'), 'utf8') };
    const rename = fs.renameSync;
    let steps = 0;
    const failAt = (fatal: number) => {
      steps = 0;
      const spy = jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
        steps += 1;
        if (steps === fatal) throw new Error('no space left');
        rename(from, to);
      });
      try {
        run(shop(folder, { files: { a: 'new A', z: 'new Z' } }));
      } finally {
        spy.mockRestore();
      }
    };
    for (let fatal = 1; fatal <= 10; fatal += 1) {
      expect(() => { failAt(fatal); }).toThrow('no space left');
      expect({ files: filesBelow(folder), ledger: readFileSync(join(folder, '.compose8s.json'), 'utf8') }).toEqual(before);
    }
    failAt(Infinity);
    // The ledger of both; one removed; two configs, compose.yaml and the ledger set aside and replaced.
    expect([steps, filesBelow(folder)[`${CONFIG}/a`]]).toEqual([10, 'new A']);
    expect(readdirSync(folder).sort()).toEqual(['.compose8s.json', 'shop']);
  });
});
