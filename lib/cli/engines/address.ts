import type { Route } from '../../model';

/** Where a browser looks if no port is named. */
const USUAL = { http: 80, https: 443 } as const;

/** `https://shop.example/`, `http://localhost:8080/`, `localhost:5432`. */
export function addressOf(protocol: Route['spec']['protocol'], host: string, port: number): string {
  if (protocol === 'tcp') return `${host}:${port}`;
  return `${protocol}://${host}${port === USUAL[protocol] ? '' : `:${port}`}/`;
}

/** A name that people can type: `*.shop.example` is none. */
export function hostOf({ spec: { hosts } }: Route): string | undefined {
  return hosts.find(host => !host.startsWith('*'));
}
