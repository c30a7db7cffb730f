import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const stack = /<!-- stack -->\n```ts\n([\s\S]*?)```/.exec(readme)![1]!;

/** A folder inside the project, where `compose8s` is found under its own name as in a user's project. */
function project(source: string): string {
  const parent = join(root, 'build', 'readme');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'stack-'));
  writeFileSync(join(folder, 'main.ts'), source);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['main.ts'] }));
  return folder;
}

describe('the stack of the README', () => {
  test('is about forty lines', () => {
    expect(stack.split('\n').filter(line => line.trim() !== '').length).toBeLessThanOrEqual(42);
  });

  test('compiles, and emits both environments when it is pasted', () => {
    const folder = project(stack);
    try {
      execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder], { encoding: 'utf8' });
      const run = spawnSync(process.execPath, ['--require', 'tsx/cjs', join(folder, 'main.ts')], { cwd: root, encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: join(folder, 'dist') } });
      expect(run.stderr).toBe('');
      expect(run.status).toBe(0);
      expect(readdirSync(join(folder, 'dist/shop')).sort()).toEqual(['dev', 'prod']);
      expect(readdirSync(join(folder, 'dist/shop/dev')).sort()).toEqual(['PARITY.md', 'compose', 'parity.json']);
      expect(readdirSync(join(folder, 'dist/shop/prod')).sort()).toEqual(['PARITY.md', 'compose', 'kubernetes', 'parity.json']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('passes --strict where each difference between its targets is accepted by name', () => {
    const dev = "accepts: { compose: ['hosts', 'image', 'internet', 'probes.alive', 'runs.cron', 'size'] }";
    const prod = "accepts: { compose: ['hosts', 'image', 'internet', 'probes.alive', 'runs.cron', 'size'], kubernetes: ['hosts', 'runs', 'stop.signal'] }";
    const folder = project(stack.replace("host: 'localhost',", `$& ${dev},`).replace("host: 'shop.example',", `$& ${prod},`));
    try {
      const run = spawnSync(process.execPath, ['--require', 'tsx/cjs', join(folder, 'main.ts'), '--strict'], { cwd: root, encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: join(folder, 'dist') } });
      expect(run).toMatchObject({ stderr: '', status: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('fails with the message that the README shows when a setting does not fit', () => {
    const folder = project(stack.replace("{ version: 17, storage }", "{ version: 17, storage, settings: { shared_buffers: '2GB' } }"));
    try {
      const run = spawnSync(process.execPath, ['--require', 'tsx/cjs', join(folder, 'main.ts')], { cwd: root, encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: join(folder, 'dist') } });
      expect(run.status).toBe(1);
      const shown = /```\n(✖[\s\S]*?)```/.exec(readme)![1]!;
      expect(run.stderr).toContain(shown);
      expect(readdirSync(folder).sort()).toEqual(['main.ts', 'tsconfig.json']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

describe('what the README names is there', () => {
  const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;

  test.each([...new Set([...readme.matchAll(/npm run ([\w:]+)/g)].map(match => match[1]!))])('npm run %s', script => {
    expect(scripts).toHaveProperty([script]);
  });

  test.each([...new Set([...readme.matchAll(/npx compose8s ((?:secrets )?\w+)/g)].map(match => match[1]!))])('npx compose8s %s', command => {
    const help = spawnSync(process.execPath, [join(root, 'lib/cli/compose8s.cjs'), ...command.split(' '), '--help'], { cwd: root, encoding: 'utf8' });
    expect(help.stdout).toContain(`Usage: compose8s ${command}`);
  });
});
