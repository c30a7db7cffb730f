/**
 * How fast synthesis is, as ratios of CPU time within one run: machines differ, and have other things to do.
 * Each figure is the best of several rounds in a process of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIANTS, type Variant } from './variants';
import { watched, watchLine } from './watch';

interface Measured { readonly seconds: number; readonly megabytes: number }

const output = mkdtempSync(join(tmpdir(), 'compose8s-bench-'));
process.on('exit', () => rmSync(output, { recursive: true, force: true }));
/** As `npm run synth` runs programs. */
const LOADER = join(__dirname, '../../lib/packaging/typescript/register.cjs');
const COUNTS = [10, 100, 500, 1000, 5000];
const names = Object.keys(VARIANTS) as Variant[];
const [both, kubernetes, plain, floor] = names as [Variant, Variant, Variant, Variant];

const results = new Map(COUNTS.map(count => [count, new Map(names.map(name => [name, measure(name, count)]))]));
const of = (name: Variant, count: number) => results.get(count)!.get(name)!;

for (const count of COUNTS) {
  console.log(`\n${count} services`);
  for (const name of names) {
    const { seconds, megabytes } = of(name, count);
    console.log(`  ${name.padEnd(34)} ${seconds.toFixed(3).padStart(8)} s  ${((seconds / count) * 1e3).toFixed(3).padStart(7)} ms each  ${megabytes.toFixed(0).padStart(5)} MB at most`);
  }
}

const program = ['--require', LOADER, join(__dirname, 'cold.ts')];
const bare = fastest(['-e', "require('cdk8s-plus-28')"]);
const started = fastest(program);
const first = fastest(program, () => ({ COMPOSE8S_COMPILED: mkdtempSync(join(output, 'compiled-')) }));
const all = fastest(['--require', LOADER, join(__dirname, '../../apps/main.ts')]);

const perService = (count: number) => of(both, count).seconds / count;
/** With fewer services, what a synthesis does once, and code that is still cold, outweigh what is done for each. */
const JUDGED = 100;
const wanted: readonly (readonly [what: string, ratio: number, most: number, isJudged?: boolean])[] = [
  ...COUNTS.flatMap(count => [
    [`Kubernetes only / plain cdk8s-plus-28 (${count})`, of(kubernetes, count).seconds / of(plain, count).seconds, 0.5, count >= JUDGED] as const,
    [`both targets / plain cdk8s-plus-28 (${count})`, of(both, count).seconds / of(plain, count).seconds, 1, count >= JUDGED] as const,
    [`both targets / js-yaml alone (${count})`, of(both, count).seconds / of(floor, count).seconds, 2, count >= JUDGED] as const,
  ]),
  ['time for each service, at 5000 / at 500', perService(5000) / perService(500), 1.3],
  ['cold synthesis of Cedrus / node that loads cdk8s-plus-28', started / bare, 3],
];
console.log('\nratio                                                  measured   at most');
let missed = 0;
for (const [what, ratio, most, isJudged = true] of wanted) {
  if (isJudged && ratio > most) missed++;
  console.log(`${!isJudged ? '·' : ratio > most ? '✖' : '✔'} ${what.padEnd(54)} ${ratio.toFixed(2).padStart(6)} ${isJudged ? most.toFixed(2).padStart(9) : ' not judged'}`);
}
console.log(`Not judged: with fewer than ${JUDGED} services, what is done once, and code that is still cold, outweigh what is done for each.`);
console.log(`
CPU time of a synthesis from start to end: ${started.toFixed(0)} ms for one system (Cedrus, both environments), ${all.toFixed(0)} ms (${(all / bare).toFixed(1)} times the bare node) for all that \`npm run synth\` writes, ${bare.toFixed(0)} ms for the bare node.
The very first after installation: ${first.toFixed(0)} ms, and what esbuild takes to compile every source once.`);
process.exitCode = missed > 0 ? 1 : 0;
void watched().then(measured => {
  console.log(watchLine(measured));
  if (measured.changed > 1000) process.exitCode = 1;
});

function measure(name: Variant, count: number): Measured {
  return JSON.parse(execFileSync(process.execPath, ['--require', LOADER, join(__dirname, 'measure.ts'), name, `${count}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Measured;
}

/** The best of seven processes, from start to end, in milliseconds of CPU time. */
function fastest(args: readonly string[], env: () => Readonly<Record<string, string>> = () => ({})): number {
  return Math.min(...Array.from({ length: 7 }, () => {
    const { status, output: [, , errors, milliseconds] } = spawnSync(process.execPath, ['--require', join(__dirname, 'cpu-time.cjs'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'], encoding: 'utf8', env: { ...process.env, CDK8S_OUTDIR: join(output, 'dist'), ...env() },
    });
    if (status !== 0) throw new Error(errors!);
    return Number(milliseconds);
  }));
}
