import { afterAll, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cleanUp, filesBelow, temporaryFolder } from '../support/secrets';

const PROJECT = resolve(__dirname, '../..');

jest.setTimeout(60_000);
afterAll(cleanUp);

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise(done => {
    const child = spawn(program, args, { cwd: PROJECT, env: { ...process.env, ...env } });
    let stderr = '';
    child.stderr.on('data', chunk => { stderr += String(chunk); });
    child.stdout.resume();
    child.on('close', code => done({ code, stderr }));
  });
}

test('cdk8s\' own command, over cdk8s.yaml, writes what `npm run synth` writes', async () => {
  const [ours, theirs] = [temporaryFolder(), temporaryFolder()];
  const results = await Promise.all([
    run('npm', ['run', '--silent', 'synth'], { CDK8S_OUTDIR: ours }),
    // It sets CDK8S_OUTDIR itself, and would ask npm's registry for a newer version of itself.
    run(join(PROJECT, 'node_modules/.bin/cdk8s'), ['synth', '--output', theirs, '--check-upgrade=false'], { CDK8S_OUTDIR: '/nowhere' }),
  ]);
  expect(results).toEqual([{ code: 0, stderr: '' }, { code: 0, stderr: '' }]);
  const [emitted, synthesized] = [filesBelow(ours), filesBelow(theirs)];
  expect([...emitted.keys()]).toEqual(expect.arrayContaining(['cedrus/dev/compose/services.yaml', 'cedrus/prod/kubernetes/web.yaml', 'cedrus/prod/PARITY.md']));
  expect([...synthesized.keys()].sort()).toEqual([...emitted.keys()].sort());
  expect([...emitted].filter(([path, content]) => synthesized.get(path) !== content).map(([path]) => path)).toEqual([]);
  const mode = (folder: string, path: string) => statSync(join(folder, path)).mode;
  expect([...emitted.keys()].filter(path => mode(ours, path) !== mode(theirs, path))).toEqual([]);
});
