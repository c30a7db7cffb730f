import type { Graph } from '../../core/graph';
import { variableName } from '../../core/names';
import type { Reference, SecretKey, Text } from '../../model';
import { governingServiceOf } from './services';
import type { Container } from './types';

type EnvVar = NonNullable<Container['env']>[number];

/** How Kubernetes spells a text. The one place where anything is escaped for it. */
export class Dialect {
  constructor(private readonly graph: Graph) {}

  /**
   * Characters where the kubelet replaces variables: values of the environment, commands, arguments, probes.
   *
   * It turns `$(NAME)` into the variable and `$$` into `$`. Every `$` is doubled, not only those before a bracket: then
   * what follows never matters, and the kubelet garbles a lone `$` before a letter beyond ASCII.
   */
  literal(characters: string): string {
    return characters.replaceAll('$', '$$$$');
  }

  /** A value in the environment or on the command line. `variables` declares what it needs. */
  value(text: Text, variables: Variables): string {
    return text.spell(this.literal, reference => this.reference(reference, variables));
  }

  /** The content of a mounted file, which nobody replaces anything in. Secrets never stand in one. */
  file(text: Text): string {
    return text.spell(characters => characters, reference => this.reference(reference));
  }

  /** A variable that is nothing but a secret's value. */
  fromSecret(name: string, key: SecretKey): EnvVar {
    return { name, valueFrom: { secretKeyRef: { name: this.graph.name(key.secret), key: key.name } } };
  }

  /** `SECRET_POSTGRES_CREDENTIALS_PASSWORD`. */
  variable({ secret, name }: SecretKey): string {
    return variableName('SECRET', this.graph.name(secret), name);
  }

  private reference(reference: Reference, variables?: Variables): string {
    switch (reference.kind) {
      case 'host': return this.host(reference);
      case 'secret': return variables ? `$(${variables.of(reference.key)})` : '';
      case 'published': return `${reference.route.spec.published}`;
    }
  }

  private host({ endpoint, each }: Extract<Reference, { kind: 'host' }>): string {
    const name = this.graph.name(endpoint.workload);
    return each ? governingServiceOf(name) : name;
  }
}

/**
 * The variables of one container that hold a secret's value, for use within longer texts. They must be declared before
 * the variables that use them.
 */
export class Variables {
  private readonly byKey = new Map<string, { readonly name: string; readonly key: SecretKey }>();
  private readonly taken: Set<string>;

  constructor(private readonly dialect: Dialect, names: readonly string[]) {
    this.taken = new Set(names);
  }

  of(key: SecretKey): string {
    const id = `${key.secret.node.path}/${key.name}`;
    const known = this.byKey.get(id);
    if (known) return known.name;
    const wanted = this.dialect.variable(key);
    let name = wanted;
    for (let i = 2; this.taken.has(name); i++) name = `${wanted}_${i}`;
    this.taken.add(name);
    this.byKey.set(id, { name, key });
    return name;
  }

  declarations(): EnvVar[] {
    return [...this.byKey.values()].map(({ name, key }) => this.dialect.fromSecret(name, key));
  }
}
