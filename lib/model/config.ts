import type { Construct } from 'constructs';
import { Primitive } from './primitive';
import { addCheck, attempt, type Fault } from './problem';
import { Text, text, type TextLike } from './text';
import { characterFaults } from './text-checks';

/** The files of a {@link Config}. */
export interface ConfigProps {
  /** File name → content. Contents may refer to endpoints (which makes an edge), never to secrets or published ports. */
  readonly files: Readonly<Record<string, TextLike>>;
  /** Whether the files are programs. Default: false. */
  readonly executable?: boolean;
}

/** What a {@link Config} is, as targets read it; aspects may change it. Each field is that of {@link ConfigProps}. */
export interface ConfigSpec {
  files: Record<string, Text>;
  executable: boolean;
}

/** The API server refuses a larger ConfigMap. */
const LARGEST = 2 ** 20;

/**
 * Files that a workload reads: no secret in them, and nobody writes to them.
 *
 * Compose: files beside `compose.yaml`, mounted read-only. Kubernetes: a ConfigMap, mounted read-only.
 * On both, a changed content makes the workloads that mount it start anew.
 */
export class Config extends Primitive<'config', ConfigSpec> {
  constructor(scope: Construct, id: string, { files, executable = false }: ConfigProps) {
    super(scope, id, 'config', { files: {}, executable });
    for (const [name, content] of Object.entries(files)) this.spec.files[name] = attempt(this, `the file '${name}'`, () => Text.of(content), text``);
    addCheck(this, () => this.faults());
  }

  private *faults(): Iterable<Fault> {
    let bytes = 0;
    for (const [name, content] of Object.entries(this.spec.files)) {
      bytes += content.parts.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : 63), 0);
      if (!/^[A-Za-z0-9_.-]+$/.test(name) || /^\.\.?$/.test(name)) {
        yield { code: 'config-name', what: `'${name}' cannot be a config file's name`, fix: 'use a plain file name of letters, digits, dots, dashes and underscores; the mount says the folder' };
      }
      yield* characterFaults(`the file '${name}'`, content);
      if (content.references.some(reference => reference.kind === 'secret')) {
        yield { code: 'secret-in-config', what: `the file '${name}' would contain a secret's value`, fix: 'mount the secret beside it and read it at start, or pass it in an environment variable' };
      }
      if (content.references.some(reference => reference.kind === 'published')) {
        yield { code: 'published-in-config', what: `the file '${name}' would contain a published port, which a variable can move: nobody replaces variables in files`, fix: 'pass it in an environment variable' };
      }
    }
    if (bytes > LARGEST) {
      yield { code: 'config-size', what: `the files are ${bytes} bytes together; Kubernetes takes ${LARGEST}`, fix: 'put large files into the image, or split the config' };
    }
  }
}
