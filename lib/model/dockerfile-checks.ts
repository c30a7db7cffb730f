import type { Instruction, Stage } from './dockerfile';
import type { Build, DockerfileBuild, GeneratedBuild } from './image';
import type { Fault } from './problem';

/** A word of a Dockerfile: nothing that ends a line, begins another instruction, or that a shell would read. */
const WORD = /^[\w@%+=:,./*?[\]-]+$/;
const STAGE = /^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SECRET_ID = /^[\w.-]+$/;
// eslint-disable-next-line no-control-regex -- exactly those are refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What would make another Dockerfile than the one that is meant. Commands of `run` are the user's own shell; they only stay on their line. */
export function* stageFaults(stages: readonly Stage[]): Iterable<Fault> {
  for (const { name, instructions } of stages) {
    if (!STAGE.test(name)) yield fault(name, 'the name of a stage', 'use lower-case letters, digits, dots and dashes');
    for (const instruction of instructions) yield* FAULTS[instruction.kind](instruction as never);
  }
}

/** What is said of a Dockerfile that is among the sources. Whether it is there, and has the stage, is known to whoever reads it. */
export function* dockerfileFaults({ target, args }: DockerfileBuild): Iterable<Fault> {
  if (target !== undefined && !/^[a-z0-9][\w.-]*$/i.test(target)) yield fault(target, 'the name of a stage', 'name one of the Dockerfile, or leave out target');
  for (const [arg, value] of Object.entries(args)) {
    if (!VARIABLE.test(arg)) yield fault(arg, 'the name of a build argument', 'use letters, digits and underscores');
    if (CONTROL.test(value)) yield fault(value, 'the value of a build argument', 'give text of one line');
  }
}

/** Of the secrets that a build reads. */
export function* buildSecretFaults({ name, secrets }: Build): Iterable<Fault> {
  for (const [id, { secret, name: key }] of Object.entries(secrets)) {
    if (!SECRET_ID.test(id)) yield fault(id, 'the id of a secret of a build', 'use letters, digits, dots, dashes and underscores');
    if (!Object.hasOwn(secret.spec.keys, key)) yield { code: 'secret-key-unknown', what: `the build of ${name} refers to the key '${key}', which its secret does not have`, fix: `declare it, or use one of: ${Object.keys(secret.spec.keys).join(', ')}` };
  }
}

/** What the stages mount is what the build reads. */
export function* mountedSecretFaults({ name, stages, secrets }: GeneratedBuild): Iterable<Fault> {
  const mounted = new Set(stages.flatMap(({ instructions }) => instructions.flatMap(one => (one.kind === 'run' ? Object.keys(one.secrets) : []))));
  for (const id of mounted) {
    if (!Object.hasOwn(secrets, id)) yield { code: 'build-secret-unknown', what: `the Dockerfile of ${name} mounts a secret '${id}', which its build does not have`, fix: `give it to the image: secrets: { '${id}': secret.key(…) }` };
  }
  yield* unusedSecretFaults({ name, secrets }, mounted);
}

/** It would be asked for, and read by nothing. */
export function* unusedSecretFaults({ name, secrets }: Pick<Build, 'name' | 'secrets'>, mounted: ReadonlySet<string>): Iterable<Fault> {
  for (const id of Object.keys(secrets)) {
    if (!mounted.has(id)) yield { code: 'build-secret-unused', what: `no RUN in the Dockerfile of ${name} mounts its secret '${id}'`, fix: `mount it where it is read (--mount=type=secret,id=${id}), or leave it out` };
  }
}

/** What a stage exposes, with what it has from the stages below it. */
export function exposedPorts(stages: readonly Stage[], target: string): readonly number[] {
  const at = stages.findIndex(({ name }) => name === target);
  if (at < 0) return [];
  const { from, instructions } = stages[at]!;
  return [...exposedPorts(stages.slice(0, at), from), ...instructions.flatMap(one => (one.kind === 'expose' ? [one.port] : []))];
}

/** OCI annotations: `title`, `source`. */
export function* labelFaults(labels: Readonly<Record<string, string>>): Iterable<Fault> {
  for (const [name, value] of Object.entries(labels)) {
    if (!/^[a-z][a-z0-9.-]*$/.test(name)) yield fault(name, 'the name of a label', 'use lower-case letters, digits, dots and dashes');
    if (CONTROL.test(value)) yield fault(value, 'the value of a label', 'give text of one line');
  }
}

const FAULTS: { readonly [K in Instruction['kind']]: (instruction: Extract<Instruction, { kind: K }>) => Iterable<Fault> } = {
  run: function* ({ commands, caches, secrets, ignore }) {
    for (const command of commands) if (command.trim() === '' || CONTROL.test(command)) yield fault(command, 'a command of a Dockerfile', 'write one line; give several as a list');
    yield* words([...caches, ...ignore], 'a word of a Dockerfile');
    for (const path of Object.values(secrets)) if (!/^(\/[\w.@-]+)+$/.test(path)) yield fault(path, 'where a secret of a build is mounted', "give an absolute path of letters, digits, dots and dashes: '/root/.npmrc'");
  },
  copy: function* ({ sources, to, from, owner }) {
    yield* words([...sources, to, ...(from ? [from] : []), ...(owner ? [owner] : [])], 'a path to copy');
    for (const path of sources) {
      if (!from && (path.startsWith('/') || path.split('/').includes('..'))) yield fault(path, 'a path to copy', 'name a path inside the build context');
    }
  },
  env: function* ({ values }) {
    for (const [name, value] of Object.entries(values)) {
      if (!VARIABLE.test(name)) yield fault(name, 'the name of a variable', 'use letters, digits and underscores');
      if (CONTROL.test(value)) yield fault(value, 'the value of a variable in an image', 'give text of one line');
    }
  },
  workdir: ({ path }) => words([path], 'a folder in an image'),
  user: function* ({ uid, gid }) {
    for (const id of [uid, gid]) if (!Number.isInteger(id) || id < 0) yield fault(`${id}`, 'a user in an image', 'give the number of a user');
  },
  expose: function* ({ port }) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) yield fault(`${port}`, 'a port of an image', 'give a whole number from 1 to 65535');
  },
  entrypoint: ({ command }) => notEmpty(command),
  cmd: ({ command }) => notEmpty(command),
};

function* words(all: readonly string[], what: string): Iterable<Fault> {
  for (const word of all) if (!WORD.test(word)) yield fault(word, what, 'use letters, digits and the signs of paths: no space, quote, line break or sign of the shell');
}

function* notEmpty(command: readonly string[]): Iterable<Fault> {
  if (command.length === 0) yield { code: 'dockerfile-command', what: 'the image would start nothing: its command is empty', fix: 'name the program to run' };
}

function fault(value: string, what: string, fix: string): Fault {
  return { code: 'dockerfile', what: `${JSON.stringify(value)} cannot be ${what}`, fix };
}
