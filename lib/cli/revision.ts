import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { appCommand } from './app-process';
import { Misuse } from './errors';

/**
 * Makes the output of a git revision in a temporary folder: its sources, run with the packages of today, since the output
 * itself is rarely committed. It reads the repository and changes nothing in it. Answers what `use` makes of the folder.
 */
export function withRevision<T>(revision: string, app: string | undefined, use: (output: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'compose8s-revision-'));
  try {
    const prefix = git(['rev-parse', '--show-prefix']);
    if (prefix.status !== 0) throw new Misuse(`'${revision}' is no folder with output, and this is no git repository`, 'name the folder that synthesis has written to, or a revision of the repository that you are in');
    const commit = git(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
    if (commit.status !== 0) throw new Misuse(`'${revision}' is neither a folder with output nor a revision that git knows`, 'name the folder that synthesis has written to, or one of: main, HEAD~1, a tag, a commit; in CI, fetch it first');
    const archive = join(folder, 'sources.tar');
    // Named from the top of the repository: git would else archive the current folder only.
    must(spawnSync('git', ['archive', '--format=tar', '-o', archive, commit.stdout.trim()], { cwd: git(['rev-parse', '--show-toplevel']).stdout.trim(), encoding: 'utf8' }), revision);
    const sources = join(folder, 'sources');
    mkdirSync(sources);
    must(spawnSync('tar', ['-xf', archive, '-C', sources], { encoding: 'utf8' }), revision);
    const project = resolve(sources, prefix.stdout.trim());
    if (!existsSync(project)) throw new Misuse(`${revision} has no folder ${prefix.stdout.trim()}`, 'compare with a folder instead, or with another revision');
    linkPackages(process.cwd(), project, sources);
    const output = join(folder, 'output');
    must(spawnSync(app ?? appCommand(project), { shell: true, cwd: project, encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: output } }), revision);
    if (!existsSync(output)) throw new Misuse(`the program of ${revision} wrote no output where CDK8S_OUTDIR says`, 'let it make its app without a folder of its own: new App()');
    return use(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Also those of the folders above, up to the repository's own: in a workspace, packages of all projects are there. */
function linkPackages(from: string, to: string, top: string): void {
  const [packages, link] = [join(from, 'node_modules'), join(to, 'node_modules')];
  if (existsSync(packages) && !existsSync(link)) symlinkSync(packages, link, 'junction');
  if (to !== top) linkPackages(dirname(from), dirname(to), top);
}

function git(argv: readonly string[]) {
  return spawnSync('git', argv, { encoding: 'utf8' });
}

function must({ status, stderr, error }: ReturnType<typeof git>, revision: string): void {
  if (status !== 0) throw new Misuse(`the output of ${revision} could not be made: ${error?.message ?? withoutTrace(stderr)}`, 'compare with a folder instead, or with another revision');
}

/** The message of a program that failed; not where in Node.js and in packages it did. */
function withoutTrace(stderr: string): string {
  return stderr.split('\n').filter(line => !/^\s+at |^node:|^Node\.js v/.test(line)).join('\n').replace(/\n{2,}/g, '\n').trim();
}
