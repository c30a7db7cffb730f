import type { Instruction, Stage } from './dockerfile';
import type { DockerfileBuild } from './image';
import type { Fault } from './problem';

/** A word of a Dockerfile: nothing that ends a line, begins another instruction, or that a shell would read. */
const WORD = /^[\w@%+=:,./*?[\]-]+$/;
const STAGE = /^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
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
  run: function* ({ commands, caches, ignore }) {
    for (const command of commands) if (command.trim() === '' || CONTROL.test(command)) yield fault(command, 'a command of a Dockerfile', 'write one line; give several as a list');
    yield* words([...caches, ...ignore], 'a word of a Dockerfile');
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
