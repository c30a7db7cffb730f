import type { Construct } from 'constructs';
import { Primitive } from './primitive';
import { addCheck } from './problem';
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
  /** Comes from elsewhere: a vendor's key, a company's certificate. `hint` tells people where to find it. `minLength`: in characters. Default: 0. */
  | { readonly kind: 'given'; readonly hint: string; readonly minLength?: number }
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
  }

  /** Made by `compose8s secrets init`. Default: 32 characters of a 64-letter alphabet, 192 bits. */
  static password(length = 32): SecretOrigin { return { kind: 'password', length }; }
  /** Made by `compose8s secrets init`: two digits for each byte. Default: 32 bytes. */
  static hex(bytes = 32): SecretOrigin { return { kind: 'hex', bytes }; }
  /** Put into the folder of secrets by people. `minLength`: in characters. Default: any length will do. */
  static given(hint: string, options: { readonly minLength?: number } = {}): SecretOrigin { return { kind: 'given', hint, ...options }; }

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

  [Symbol.toPrimitive](): never {
    return this.toText()[Symbol.toPrimitive]();
  }
}
