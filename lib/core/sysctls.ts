import type { Workload } from '../model';

/** The first port that a process may listen on without being root. */
const FIRST_FREE_PORT = 1024;

/**
 * The kernel's settings that a workload needs in its own network: none, but for those with a port below 1024, where only
 * root may listen by default. It is the default of Docker (20.10) and containerd (2.0), and a setting that Pod Security
 * "restricted" allows: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function sysctlsOf({ spec: { ports } }: Workload): Readonly<Record<string, string>> {
  return Object.values(ports).some(({ number }) => number < FIRST_FREE_PORT) ? { 'net.ipv4.ip_unprivileged_port_start': '0' } : {};
}
