import { INTERNET, type Connection, type Document } from '../../core/target';
import { networksOf, portsOf } from './reach';
import type { ComposeNetwork, ComposeService } from './types';

/**
 * Docker's rules: a published port is open to all whom the address lets in that it is bound to, if the service is on a
 * network that is not internal; and who is on such a network may call anybody, unless it hides no addresses: answers
 * would then not find their way back.
 */
export function outsideOnCompose(documents: readonly Document[]): Connection[] {
  const services = new Map(documents.filter(({ kind }) => kind === 'services').map(({ name, body }) => [name, body as ComposeService]));
  const networks = new Map(documents.filter(({ kind }) => kind === 'networks').map(({ name, body }) => [name, body as ComposeNetwork]));
  return [...services].flatMap(([name, service]) => {
    const open = networksOf(service, services).map(network => networks.get(network) ?? {}).filter(({ internal }) => !internal);
    const isHost = modeOf(service, services) === 'host';
    const ways = isHost ? portsOf(service) : open.length > 0 ? publishedBy(service) : [];
    const calls = isHost || open.some(network => masquerades(network)) || modeOf(service, services) === 'bridge';
    return [
      ...[...new Set(ways)].map((port): Connection => ({ from: INTERNET, to: name, port })),
      ...(calls ? [{ from: name, to: INTERNET, port: '*' }] : []),
    ];
  });
}

function modeOf({ network_mode: mode }: ComposeService, services: ReadonlyMap<string, ComposeService>): string | undefined {
  const [, shared] = /^service:(.*)$/.exec(mode ?? '') ?? [];
  const other = shared === undefined ? undefined : services.get(shared);
  return other ? modeOf(other, services) : mode;
}

function masquerades({ driver_opts: options = {} }: ComposeNetwork): boolean {
  return String(options['com.docker.network.bridge.enable_ip_masquerade']) !== 'false';
}

/** The numbers under which ports can be reached from other machines. */
function publishedBy({ ports = [] }: ComposeService): string[] {
  return ports.flatMap(port => {
    const { address, published, protocol } = typeof port === 'object' ? { address: port.host_ip, published: port.published, protocol: port.protocol } : shortForm(String(port));
    if (/^(127\.|::1$|localhost$)/.test(withDefaults(address ?? ''))) return [];
    // Docker chooses a number where none is named.
    return [`${withDefaults(String(published ?? '')) || '*'}${protocol === 'udp' ? '/udp' : ''}`];
  });
}

/** `8080`, `80:8080`, `127.0.0.1:80:8080/udp`. */
function shortForm(port: string): { readonly address: string | undefined; readonly published: string | undefined; readonly protocol: string | undefined } {
  const [, address, published, protocol] = /^(?:(?:\[?([^\]]*)\]?:)?([^:]*):)?[^:/]*(?:\/(.*))?$/.exec(withDefaults(port)) ?? [];
  return { address, published, protocol };
}

/** `${WEB_HTTP_PORT:-8080}`: as nobody has set the variable. */
function withDefaults(text: string): string {
  return text.replace(/\$\{\w+:?-([^}]*)\}/g, '$1');
}
