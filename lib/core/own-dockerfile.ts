import { readFileSync, realpathSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import type { DockerfileBuild, Fault } from '../model';
import { unusedSecretFaults } from '../model/dockerfile-checks';

/** A stage of a Dockerfile that people wrote. `line`: where its `FROM` ends. */
interface FoundStage { readonly name: string | undefined; readonly line: number }

/** The Dockerfile that is among the sources, as it stands. `undefined` where there is none. */
export function readDockerfile({ context, file }: DockerfileBuild): string | undefined {
  try {
    return readFileSync(join(context, file), 'utf8');
  } catch {
    return undefined;
  }
}

/** What can only be known of it by reading it. `root`: the real path of its context, which it must not leave. */
export function* ownDockerfileFaults(build: DockerfileBuild, root: string): Iterable<Fault> {
  const { name, context, file, target } = build;
  const text = readDockerfile(build);
  if (text === undefined) {
    yield { code: 'dockerfile-missing', what: `there is no Dockerfile of ${name} at ${join(context, file)}`, fix: "name it as seen from the context: file: 'docker/Dockerfile'" };
    return;
  }
  if (!realpathSync(join(context, file)).startsWith(root + sep)) {
    yield { code: 'dockerfile-outside', what: `the Dockerfile of ${name}, '${file}', is not in its build context`, fix: 'put it among the sources, or give a context that has both' };
    return;
  }
  yield* unusedSecretFaults(build, secretsIn(text));
  const stages = stagesIn(text);
  if (stages.length === 0) {
    yield { code: 'dockerfile-empty', what: `the Dockerfile of ${name}, '${file}', builds nothing: it has no FROM`, fix: 'name the file that has: file' };
  }
  if (target === undefined || stages.length === 0) return;
  const isTarget = (stage: FoundStage) => stage.name?.toLowerCase() === target.toLowerCase();
  const meant = stages.filter(isTarget).length;
  if (meant === 0) {
    const names = stages.flatMap(stage => stage.name ?? []);
    yield { code: 'stage-unknown', what: `the Dockerfile of ${name} has no stage '${target}'`, fix: names.length > 0 ? `name one of: ${names.join(', ')}` : `name the stage there (FROM … AS ${target}), or leave out target` };
  } else if (meant > 1) {
    yield { code: 'stage-twice', what: `the Dockerfile of ${name} has ${meant} stages '${target}'`, fix: 'give each stage a name of its own' };
  }
}

/** For stages to be written after it: its text, the name of the stage that is built, which gets one if it has none, and the sign at the end of lines that go on. */
export function toBuildOn(build: DockerfileBuild): { readonly text: string; readonly stage: string; readonly escape: string } {
  const text = readDockerfile(build) ?? '';
  const escape = escapeOf(text);
  const last = stagesIn(text).at(-1);
  // In small letters: BuildKit keeps a stage's name so, and looks for what FROM says as it is written.
  const stage = (build.target ?? last?.name ?? 'compose8s-base').toLowerCase();
  if (!last || build.target !== undefined || last.name !== undefined) return { text, stage, escape };
  return { text: text.split('\n').map((line, i) => (i === last.line ? `${line.trimEnd()} AS ${stage}` : line)).join('\n'), stage, escape };
}

/** The ids of the secrets that it mounts: the last part of a path, where none is said. */
function secretsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/--mount=(\S+)/g)].flatMap(([, options]) => {
    const { type, id, target, dst = target, destination = dst } = Object.fromEntries(options!.replaceAll('"', '').split(',').map(option => option.split('='))) as Partial<Record<string, string>>;
    return type === 'secret' ? [id ?? posix.basename(destination ?? '')] : [];
  }));
}

const NOTHING = /^\s*(#|$)/;
const HERE_DOCUMENT = /(?:^|\s)\d*<<(-?)(["']?)([\w.-]+)\2(?=\s|$)/g;

/** A directive at its top, where no other comment stands before it, may have a backtick in place of the backslash. */
function escapeOf(text: string): string {
  return /^(#\s*\w+\s*=.*\n)*#\s*escape\s*=\s*`/i.test(text) ? '`' : '\\';
}

/** In their order. All other instructions are passed over, with the lines that they go on in and their here-documents: those may say `FROM` as well. */
function stagesIn(text: string): readonly FoundStage[] {
  const lines = text.split('\n').map(line => line.trimEnd());
  const escape = escapeOf(text);
  const stages: FoundStage[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (NOTHING.test(lines[at]!)) continue;
    let instruction = lines[at]!;
    let end = at;
    while (instruction.endsWith(escape) && at + 1 < lines.length) {
      at++;
      if (NOTHING.test(lines[at]!)) continue;
      instruction = instruction.slice(0, -1) + lines[at]!;
      end = at;
    }
    if (/^\s*FROM\s/i.test(instruction)) stages.push({ name: /\sAS\s+(\S+)/i.exec(instruction)?.[1], line: end });
    if (!/^\s*(RUN|COPY|ADD)\s/i.test(instruction)) continue;
    for (const [, dash, , word] of instruction.matchAll(HERE_DOCUMENT)) {
      const last = lines.findIndex((line, i) => i > at && (dash ? line.trimStart() : line) === word);
      if (last >= 0) at = last;
    }
  }
  return stages;
}
