import type { Port } from '../model';

/** For people, and in connections: `5432`, `53/udp`. */
export function portText({ number, protocol }: Port): string {
  return protocol === 'udp' ? `${number}/udp` : `${number}`;
}
