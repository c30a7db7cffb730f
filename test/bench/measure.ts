/** Measures one variant in a process of its own, so that its peak memory is its own: prints `{ seconds, megabytes }`, of CPU time. */
import { VARIANTS, type Variant } from './variants';

const [variant, count] = process.argv.slice(2) as [Variant, string];
const run = VARIANTS[variant](Number(count));
// The first ones find the heap small and the code cold.
const rounds = Number(count) >= 5000 ? 3 : 7;
const seconds: number[] = [];
for (let round = 0; round < rounds; round++) {
  const began = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(began);
  seconds.push((user + system) / 1e6);
}
process.stdout.write(JSON.stringify({ seconds: Math.min(...seconds), megabytes: process.resourceUsage().maxRSS / 1024 }));
