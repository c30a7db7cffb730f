import type { Connection, Document } from '../../core/target';
import type { ComposeService } from './types';

/**
 * Docker's rule: whoever shares a network may talk, on every port and in both directions. Told for the ports that a
 * service declares; services of the project alone, since a bridge network has no other members.
 */
export function reachOnCompose(documents: readonly Document[]): Connection[] {
  const services = new Map(documents.filter(({ kind }) => kind === 'services').map(({ name, body }) => [name, body as ComposeService]));
  const members = [...services].map(([name, service]) => ({ name, networks: networksOf(service, services), ports: portsOf(service) }));
  return members.flatMap(to => members
    .filter(from => from !== to && from.networks.some(network => to.networks.includes(network)))
    .flatMap(from => to.ports.map(port => ({ from: from.name, to: to.name, port }))));
}

/** A service that names none is on the project's default network. */
export function networksOf({ networks, network_mode: mode }: ComposeService, services: ReadonlyMap<string, ComposeService>): readonly string[] {
  const [, shared] = /^service:(.*)$/.exec(mode ?? '') ?? [];
  const other = shared === undefined ? undefined : services.get(shared);
  if (other) return networksOf(other, services);
  if (mode !== undefined) return [];
  return networks === undefined ? ['default'] : Array.isArray(networks) ? networks : Object.keys(networks);
}

export function portsOf({ expose = [], ports = [] }: ComposeService): string[] {
  const published = ports.flatMap(port => (typeof port === 'object' && port.target !== undefined ? [`${port.target}${port.protocol === 'udp' ? '/udp' : ''}`] : []));
  return [...new Set([...expose.map(port => String(port).replace(/\/tcp$/, '')), ...published])];
}
