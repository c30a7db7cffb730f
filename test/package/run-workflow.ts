/**
 * Runs the steps of a GitHub workflow in the current folder, each in a shell as GitHub starts it, and ends with the code of
 * the first that fails. What other people's actions do has been done before: the sources and Node.js are there.
 *
 *   node --require tsx/cjs run-workflow.ts <workflow> <git revision that a pull request goes to>
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

interface Step { readonly name?: string; readonly uses?: string; readonly run?: string; readonly if?: string; readonly env?: Readonly<Record<string, string>> }
interface Workflow { readonly defaults?: { readonly run?: { readonly shell?: string } }; readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> }

const [path, base] = process.argv.slice(2) as [string, string];
const { defaults, jobs } = load(readFileSync(path, 'utf8')) as Workflow;
// Without a shell that is named, GitHub leaves pipefail out.
const options = defaults?.run?.shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
const KNOWN = ['actions/checkout', 'actions/setup-node'];

for (const { name, uses, run, if: condition, env = {} } of Object.values(jobs).flatMap(({ steps }) => steps)) {
  if (uses && !KNOWN.includes(uses.split('@')[0]!)) throw new Error(`nobody has done what ${uses} does`);
  if (condition && condition !== "github.event_name == 'pull_request'") throw new Error(`it is not known whether ${condition}`);
  if (!run) continue;
  console.log(`  - ${name ?? run.trim()}`);
  const given = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value.replace('origin/${{ github.base_ref }}', base)]));
  const { status, stdout, stderr } = spawnSync('bash', [...options, '-c', run], { encoding: 'utf8', env: { ...process.env, CI: 'true', ...given } });
  if (status === 0) continue;
  console.error(stdout + stderr);
  process.exit(status ?? 1);
}
