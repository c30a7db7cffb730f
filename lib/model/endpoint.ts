import { Text } from './text';
import type { Workload } from './workload';

/**
 * A port of a workload, by name. Whoever refers to it may reach it; nobody else can.
 *
 * Compose: the name of the service, in a network with the caller alone. Kubernetes: the name of a Service, and a
 * NetworkPolicy that lets the caller in.
 */
export class Endpoint {
  constructor(/** Whose port it is. */ readonly workload: Workload, /** As its `ports` has it. */ readonly portName: string) {}

  /** The name under which other workloads of the stack find it. */
  get host(): Text {
    return Text.reference({ kind: 'host', endpoint: this });
  }

  /** The name that has the address of every replica: for whoever asks each by itself, instead of any. */
  get each(): Text {
    return Text.reference({ kind: 'host', endpoint: this, each: true });
  }

  /** The port's number: the same inside and outside of the container, on every target. */
  get port(): number {
    return this.workload.spec.ports[this.portName]?.number ?? 0;
  }

  /** `host:port`. */
  toText(): Text {
    return Text.concat([this.host, `:${this.port}`]);
  }

  /** `host:port`, for whoever only passes it on to another that calls it: it makes no edge. */
  mention(): Text {
    return Text.concat([Text.reference({ kind: 'host', endpoint: this, mentioned: true }), `:${this.port}`]);
  }

  /** `http://host:port` and the like. */
  url(scheme: string): Text {
    return Text.concat([`${scheme}://`, this]);
  }

  /** See {@link Text.toJSON}. */
  toJSON(): never {
    return this.host.toJSON();
  }

  [Symbol.toPrimitive](): never {
    return this.host[Symbol.toPrimitive]();
  }
}
