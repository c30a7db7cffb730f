import type { Construct } from 'constructs';
import { Primitive } from './primitive';
import { addCheck, type Fault } from './problem';
import { Text } from './text';

/**
 * How the value of a key comes to be. Values never enter the graph: `compose8s secrets init` makes those that can be
 * made, in a folder outside the output, and `compose8s secrets check` names the ones that are missing or weak.
 */
export type SecretOrigin =
  /** Random characters of a URL-safe alphabet: they need no escaping in URLs, shells and configuration files. */
  | { readonly kind: 'password'; readonly length: number }
  /** Random bytes, written as hexadecimal digits. */
  | { readonly kind: 'hex'; readonly bytes: number }
  /** Comes from elsewhere: a vendor's key, a company's certificate. `hint` tells people where to find it. `what`: what it is, for the emitted files, which tell no hint. Default: they say nothing of it. `minLength`: in characters. Default: 0. */
  | { readonly kind: 'given'; readonly hint: string; readonly what?: string; readonly minLength?: number }
  /** One half of a self-signed pair; the keys `tls.crt` and `tls.key` of a secret are made together. */
  | { readonly kind: 'self-signed'; readonly hosts: readonly string[] };

/** The keys of a {@link Secret}, and how their values come to be. The values themselves are never here. */
export interface SecretProps {
  /** The names of the keys, and how each value is made. An array means passwords of 32 characters. */
  readonly keys: readonly string[] | Readonly<Record<string, SecretOrigin>>;
  /**
   * Change it when a value was changed, to make every workload that uses the secret start anew.
   * Compose notices changed values by itself. Default: none.
   */
  readonly revision?: string;
}

/** What a {@link Secret} is, as targets read it; aspects may change it. Each field is that of {@link SecretProps}. */
export interface SecretSpec {
  keys: Record<string, SecretOrigin>;
  revision: string | undefined;
}

/** Shorter ones can be guessed; longer ones do not fit everywhere, and are no safer. */
const LENGTHS = { password: { most: 1024, unit: 'characters' }, hex: { most: 512, unit: 'bytes' } } as const;
const SHORTEST = 16;

function* lengthFaults(key: string, origin: SecretOrigin): Iterable<Fault> {
  if (origin.kind !== 'password' && origin.kind !== 'hex') return;
  const asked = origin.kind === 'password' ? origin.length : origin.bytes;
  const { most, unit } = LENGTHS[origin.kind];
  if (Number.isInteger(asked) && asked >= SHORTEST && asked <= most) return;
  yield { code: 'secret-length', what: `its key '${key}' would have ${asked} ${unit}`, fix: `ask for a whole number of ${unit} from ${SHORTEST} to ${most}` };
}

/** It stands in a comment of a file that is copied and filled in. */
function* whatFaults(key: string, origin: SecretOrigin): Iterable<Fault> {
  if (origin.kind !== 'given' || !/\p{Cc}/u.test(origin.what ?? '')) return;
  yield { code: 'secret-what', what: `what is said of its key '${key}' contains a control character`, fix: 'say in one line what the value is' };
}

const KEY = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;

/**
 * Values that must not be seen: only references to them are ever emitted.
 *
 * Compose: a file per key, in a folder that `SECRETS_DIR` names, mounted or read into the environment.
 * Kubernetes: a Secret that must exist in the namespace (`compose8s secrets kubernetes` prints it).
 */
export class Secret extends Primitive<'secret', SecretSpec> {
  constructor(scope: Construct, id: string, { keys, revision }: SecretProps) {
    const origins = Array.isArray(keys) ? Object.fromEntries(keys.map((key: string) => [key, Secret.password()])) : { ...keys as Record<string, SecretOrigin> };
    super(scope, id, 'secret', { keys: origins, revision });
    addCheck(this, () => Object.keys(this.spec.keys).filter(key => !KEY.test(key)).map(key => ({
      code: 'secret-key', what: `'${key}' cannot be a secret's key`,
      fix: 'use lower-case letters, digits, dots and dashes: it becomes a file name on one target and a key on the other',
    })));
    addCheck(this, () => Object.entries(this.spec.keys).flatMap(([key, origin]) => [...lengthFaults(key, origin), ...whatFaults(key, origin)]));
  }

  /** Made by `compose8s secrets init`. From 16 to 1024 characters. Default: 32 of a 64-letter alphabet, 192 bits. */
  static password(length = 32): SecretOrigin { return { kind: 'password', length }; }
  /** Made by `compose8s secrets init`: two digits for each byte. From 16 to 512 bytes. Default: 32. */
  static hex(bytes = 32): SecretOrigin { return { kind: 'hex', bytes }; }
  /**
   * Put into the folder of secrets by people.
   * @param hint where to find it. Only `compose8s secrets` says it, in the project.
   * @param options `what`: what it is, in a line that may be seen: `.env.example` and the guide say it. Default: they say nothing of it.
   * `minLength`: in characters. Default: any length will do, but `secrets check` warns of less than 8.
   */
  static given(hint: string, options: { readonly what?: string; readonly minLength?: number } = {}): SecretOrigin { return { kind: 'given', hint, ...options }; }

  /** Refers to one value: in an environment variable, or inside a text. */
  key(name: string): SecretKey {
    return new SecretKey(this, name);
  }
}

/** A reference to one value of a secret. */
export class SecretKey {
  constructor(/** Whose value it is. */ readonly secret: Secret, /** The name of the key. */ readonly name: string) {}

  /** Stands for the value in a text. */
  toText(): Text {
    return Text.reference({ kind: 'secret', key: this });
  }

  /** See {@link Text.toJSON}. */
  toJSON(): never {
    return this.toText().toJSON();
  }

  [Symbol.toPrimitive](): never {
    return this.toText()[Symbol.toPrimitive]();
  }
}
