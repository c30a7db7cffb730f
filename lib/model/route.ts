import type { Construct } from 'constructs';
import type { Endpoint } from './endpoint';
import { Primitive } from './primitive';
import { addCheck, type Fault } from './problem';
import { Text } from './text';

/** Where a {@link Route} leads, and from where it can be taken. */
export interface RouteProps {
  /** The port that it leads to. */
  readonly to: Endpoint;
  /** The port on which it is published. Default: the endpoint's own. On Compose a variable can move it. */
  readonly published?: number;
  /**
   * `public`: from anywhere. `host`: from the machine itself only, for developers and operators.
   * Default: `host`, as Docker's published ports bypass the host's firewall.
   */
  readonly reach?: 'public' | 'host';
  /** What is spoken: `http` can stand behind an Ingress or a Gateway. Default: `tcp`. */
  readonly protocol?: 'tcp' | 'http' | 'https';
  /** The host names that lead here. Default: all. */
  readonly hosts?: readonly string[];
}

/** What a {@link Route} is, as targets read it; aspects may change it. Each field is that of {@link RouteProps}. */
export interface RouteSpec {
  to: Endpoint;
  published: number;
  reach: 'public' | 'host';
  protocol: 'tcp' | 'http' | 'https';
  hosts: readonly string[];
}

/**
 * A way in from outside of the stack.
 *
 * Compose: a published port, bound to 127.0.0.1 unless it is public.
 * Kubernetes: a Service of type LoadBalancer, an Ingress or an HTTPRoute if public; else `kubectl port-forward`.
 */
export class Route extends Primitive<'route', RouteSpec> {
  constructor(scope: Construct, id: string, { to, published = to.port, reach = 'host', protocol = 'tcp', hosts = [] }: RouteProps) {
    super(scope, id, 'route', { to, published, reach, protocol, hosts });
    addCheck(this, () => faultsOf(this.spec));
  }

  /**
   * The number that it is published under, for programs that tell others where they are, in their environment or on their command line.
   *
   * Compose: the variable that moves the port, or its default. Kubernetes: the number.
   */
  get publishedPort(): Text {
    return Text.reference({ kind: 'published', route: this });
  }
}

function* faultsOf({ to, published, protocol, hosts }: RouteSpec): Iterable<Fault> {
  if (protocol !== 'tcp' && to.workload.spec.ports[to.portName]?.protocol === 'udp') {
    yield { code: 'route-udp', what: `it speaks ${protocol}, and leads to the port '${to.portName}', which is a UDP port`, fix: "lead it to a TCP port, or leave `protocol` out: the port's own is used then" };
  }
  if (!Number.isInteger(published) || published < 1 || published > 65535) {
    yield { code: 'route-published', what: `it is published under the number ${published}`, fix: 'use a whole number from 1 to 65535' };
  }
  for (const host of hosts) {
    if (!/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(host)) {
      yield { code: 'route-host', what: `'${host}' is not a host name`, fix: "write it as 'shop.example', in lower case, without a scheme or a port" };
    }
  }
}
