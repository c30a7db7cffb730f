/**
 * A named part of the stack's network: `backend`, `database`.
 * Workloads that are called in a tier get their addresses from its range. A tier never opens a connection that no
 * reference asks for; it names and numbers those that exist.
 *
 * Compose: the internal networks of its edges are carved from `range`. Kubernetes: a label on the pods.
 */
export interface Tier {
  /** At most 63 lower-case letters, digits and dashes. */
  readonly name: string;
  /** IPv4, in CIDR notation: `172.22.0.0/24`. Default: that of the stack. Compose only. */
  readonly range?: string;
}
