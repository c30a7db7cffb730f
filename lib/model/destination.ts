import ipaddr from 'ipaddr.js';
import type { Fault } from './problem';
import type { PortLike, WorkloadSpec } from './workload';

/** Addresses outside of the stack, with the ports that are called there: of a database service, of the company's mail server. */
export interface Destination {
  /** IPv4 or IPv6, in CIDR notation: `10.0.5.0/24`. A single address is `10.0.5.25/32`. */
  readonly cidr: string;
  /** One, or several. */
  readonly port: PortLike | readonly PortLike[];
}

export function* destinationFaults({ reaches }: WorkloadSpec): Iterable<Fault> {
  for (const { cidr, ports } of reaches) {
    if (rangeIn(cidr) !== cidr) {
      yield { code: 'destination-range', what: `it reaches '${cidr}', which is no range of addresses`, fix: "write it as '10.0.5.0/24': the first address of the range, and the length of its prefix; a single address is '10.0.5.25/32'" };
    } else if (cidr.endsWith('/0')) {
      yield { code: 'destination-all', what: `it reaches ${cidr}, which is every address`, fix: 'name the range that it calls; for public addresses: internet: true' };
    }
    // A rule without ports would stand for all of them.
    if (ports.length === 0) yield { code: 'destination-port', what: `it reaches ${cidr} on no port`, fix: 'name each port that it calls there: port: 5432' };
    for (const { number } of ports) {
      if (!Number.isInteger(number) || number < 1 || number > 65535) yield { code: 'destination-port', what: `it reaches ${cidr} on port ${number}`, fix: 'use a whole number from 1 to 65535' };
    }
  }
}

/** The range as it is written in one way only: with its first address, and without the spellings that tools read differently. */
function rangeIn(cidr: string): string | undefined {
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  return `${(address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(cidr)}/${prefix}`;
}
