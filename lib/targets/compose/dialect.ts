import type { Reference, SecretKey, Text } from '../../model';
import type { Graph } from '../../core/graph';
import { variableName } from '../../core/names';
import { publishedPort } from './published';

/** How Compose spells a text. The one place where anything is escaped for it. */
export class Dialect {
  constructor(private readonly graph: Graph) {}

  /** A value inside `compose.yaml`, where Compose replaces variables: `$` is written `$$`. */
  value(text: Text): string {
    return text.spell(literal => literal.replaceAll('$', '$$$$'), reference => this.reference(reference));
  }

  /** The content of a mounted file, which nobody replaces anything in. */
  file(text: Text): string {
    return text.spell(literal => literal, reference => this.reference(reference));
  }

  private reference(reference: Reference): string {
    switch (reference.kind) {
      case 'host': return this.graph.name(reference.endpoint.workload);
      case 'secret': return `\${${this.variable(reference.key)}:?make it with: npx compose8s secrets init ${this.graph.stack.node.path}}`;
      case 'published': return publishedPort(this.graph, reference.route);
    }
  }

  /** The variable that carries a secret's value: `POSTGRES_CREDENTIALS_PASSWORD`. */
  variable({ secret, name }: SecretKey): string {
    return variableName(this.graph.name(secret), name);
  }
}
