import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NginxProxy, type NginxProxyProps } from '../../../constructs/nginx';
import { problemsBelow, type Endpoint } from '../../../lib/model';
import { cedrusProps, filesOf, shop } from './cedrus';

/*
 * Writes the configurations that real-nginx.sh runs: emit.ts FOLDER VERSION [HTTPS-PORT]
 */
const [folder = '', version = '1.30', port = '443'] = process.argv.slice(2);

const variants: Record<string, (props: NginxProxyProps) => NginxProxyProps> = {
  given: props => ({ ...props, routes: { ...props.routes, '/again/': { to: props.routes['/'] as Endpoint, idempotent: true } }, hidden: ['/inside.only/'], published: { https: Number(port) } }),
  acme: props => ({ ...props, tls: { acme: { email: 'ops@shop.example' } } }),
  off: props => ({ ...props, tls: 'off', trustedProxies: ['127.0.1.0/24'], rateLimits: { ...props.rateLimits, '/connections/': '5r/s' }, headers: { contentSecurityPolicy: false } }),
  page: ({ static: files = {}, ...props }) => ({
    ...props, tls: 'off', routes: { '/api/': props.routes['/']! }, headers: {}, health: [], rateLimits: { '/app/private/': '100r/s' },
    static: {
      '/': { volume: files['/static/']!.volume, folder: 'page', fallback: 'index.html', cache: 'immutable', precompressed: true },
      '/app/': { volume: files['/static/']!.volume, folder: 'page', fallback: 'page.html', cache: 'immutable' },
      '/assets/': { volume: files['/static/']!.volume, folder: 'page/assets', cache: 'immutable' },
    },
  }),
  many: props => ({
    ...props, host: '*.shop.example', trustedProxies: ['10.0.0.0/8', '2001:db8::/32'], rateLimits: { '/static/css/': '5r/s' }, blockedFiles: [],
    headers: { hsts: false, frameOptions: false, referrerPolicy: false, permissionsPolicy: 'camera=(self "https://maps.example"), usb=*' },
    maxBodySize: '1kB', connectionsPerAddress: undefined,
  }),
};

for (const [name, change] of Object.entries(variants)) {
  const system = shop();
  const proxy = new NginxProxy(system.stack, 'nginx', change({ ...cedrusProps(system), version }));
  const problems = problemsBelow(system.stack);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(filesOf(proxy))) writeFileSync(join(folder, name, file), content);
}
