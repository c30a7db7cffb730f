import { describe, expect, test } from '@jest/globals';
import { fc } from '../../support/fast-check';
import { NginxProxy, type NginxProxyProps } from '../../../constructs/nginx';
import { problemsBelow } from '../../../lib/model';
import { cedrusProps, filesOf, shop } from './cedrus';

type Props = { -readonly [K in keyof NginxProxyProps]: NginxProxyProps[K] };

/** Every place where a user's string may get into the configuration, or onto certbot's command line. */
const FIELDS: Record<string, (props: Props, value: string, system: ReturnType<typeof shop>) => Partial<Record<keyof Props, unknown>>> = {
  version: (_, value) => ({ version: value }),
  tls: (_, value) => ({ tls: value }),
  host: (_, value) => ({ host: [value] }),
  'a route': (_, value, { web }) => ({ routes: { [value]: web.endpoint('http') } }),
  'a folder of files': ({ static: files }, value) => ({ static: { [value]: files!['/media/'] } }),
  'a folder in a volume': (_, value, { files }) => ({ static: { '/static/': { volume: files, folder: value } } }),
  'what answers for missing files': (_, value, { files }) => ({ static: { '/static/': { volume: files, fallback: value } } }),
  'how long files are kept': (_, value, { files }) => ({ static: { '/static/': { volume: files, cache: value } } }),
  'a limited path': (_, value) => ({ rateLimits: { [value]: '1r/s' } }),
  'a rate': (_, value) => ({ rateLimits: { '/': value } }),
  'a burst': (_, value) => ({ rateLimits: { '/': { rate: '1r/s', burst: value } } }),
  connectionsPerAddress: (_, value) => ({ connectionsPerAddress: value }),
  health: (_, value) => ({ health: [value] }),
  hidden: (_, value) => ({ hidden: [value] }),
  maxBodySize: (_, value) => ({ maxBodySize: value }),
  keepAlive: (_, value) => ({ keepAlive: value }),
  drain: (_, value) => ({ drain: value }),
  'timeouts.connect': (_, value) => ({ timeouts: { connect: value } }),
  'timeouts.read': (_, value) => ({ timeouts: { read: value } }),
  'timeouts.send': (_, value) => ({ timeouts: { send: value } }),
  'timeouts.client': (_, value) => ({ timeouts: { client: value } }),
  'the timeout of a route': (_, value, { web }) => ({ routes: { '/': { to: web.endpoint('http'), timeout: value } } }),
  'upstreamKeepAlive.connections': (_, value) => ({ upstreamKeepAlive: { connections: value } }),
  'upstreamKeepAlive.idle': (_, value) => ({ upstreamKeepAlive: { idle: value } }),
  blockedFiles: (_, value) => ({ blockedFiles: [value] }),
  trustedProxies: (_, value) => ({ trustedProxies: [value] }),
  contentSecurityPolicy: (_, value) => ({ headers: { contentSecurityPolicy: value } }),
  permissionsPolicy: (_, value) => ({ headers: { permissionsPolicy: value } }),
  frameOptions: (_, value) => ({ headers: { frameOptions: value } }),
  referrerPolicy: (_, value) => ({ headers: { referrerPolicy: value } }),
  'hsts.maxAge': (_, value) => ({ headers: { hsts: { maxAge: value } } }),
  'published.https': (_, value) => ({ published: { https: value } }),
  'acme.email': (_, value) => ({ tls: { acme: { email: value } } }),
  'acme.issuer': (_, value) => ({ tls: { acme: { email: 'ops@shop.example', issuer: value } } }),
  'acme.server': (_, value) => ({ tls: { acme: { email: 'ops@shop.example', server: value } } }),
};

function build(field: keyof typeof FIELDS, value: string) {
  const system = shop();
  const base = { ...cedrusProps(system), health: [] };
  const proxy = new NginxProxy(system.stack, 'nginx', { ...base, ...FIELDS[field]!(base, value, system) } as NginxProxyProps);
  return {
    problems: problemsBelow(system.stack).filter(({ at }) => at === 'shop/prod/nginx').map(({ what, fix }) => `${what} → ${fix}`),
    emitted: [
      ...Object.values(filesOf(proxy)),
      ...system.stack.node.findAll().flatMap(node => ('spec' in node && 'command' in (node.spec as object) ? (node.spec as { command?: { literal?: string }[] }).command?.map(word => word.literal ?? '') ?? [] : [])),
    ].join('\n'),
  };
}

describe('hostile values', () => {
  test.each(Object.keys(FIELDS))('%s: nothing but what a grammar allows gets into a file', field => {
    const harmless = fc.string({ unit: fc.constantFrom(...'abcXYZ019./-_~*:=@ r/s;\'()%,+'), maxLength: 12 });
    const hostile = fc.constantFrom('{', '}', '"', '$', '${', '\\', '\n', '\r', '\0', '`', 'é', '#{');
    fc.assert(fc.property(harmless, hostile, harmless, (before, sign, after) => {
      const { problems, emitted } = build(field, `${before}evil${sign}evil${after}`);
      expect(problems).not.toEqual([]);
      expect(emitted).not.toContain('evil');
    }), { numRuns: 30 });
  });

  test.each(Object.keys(FIELDS))('%s: neither can a value end its directive', field => {
    for (const value of ['evil;} server { listen 1;', '/evil;', "/evil'; x", '/a/ { evil', 'evil"; add_header X "y', '/evil/$host', '/${evil}', '/evil\n', '-evil@shop.example']) {
      const { problems, emitted } = build(field, value);
      expect(problems).not.toEqual([]);
      expect(emitted).not.toContain('evil');
    }
  });

  test.each<[keyof typeof FIELDS, string, string]>([
    ['host', 'a;} server {', "host: 'a;} server {' is not a host name → write a name such as shop.example or *.shop.example, in lower case, without scheme, port or path"],
    ['host', 'https://shop.example', "host: 'https://shop.example' is not a host name → write a name such as shop.example or *.shop.example, in lower case, without scheme, port or path"],
    ['a route', '/a b', "routes: '/a b' is not a path → write it as /api/: letters, digits, '/', '-', '_', '.' and '~', without '//' and '..'"],
    ['a route', '/../etc', "routes: '/../etc' is not a path → write it as /api/: letters, digits, '/', '-', '_', '.' and '~', without '//' and '..'"],
    ['a folder of files', '/static', "static: '/static' does not end with '/' → files are served from a folder: write '/static/'"],
    ['a folder in a volume', '../etc', "static: '../etc' is not a folder inside of a volume → write it as static/css: letters, digits, '-', '_' and '.', without '..' and without '/' at its ends"],
    ['what answers for missing files', '/index.html', "static: '/index.html' is not a file inside of a folder → write it as index.html: letters, digits, '-', '_', '.' and '/', without '..' and without '/' at its ends"],
    ['a rate', '10 r/s', "rateLimits: '10 r/s' is not a rate → write requests per second or minute, such as 10r/s or 3r/m"],
    ['a rate', '10r/s; x', "rateLimits: '10r/s; x' is not a rate → write requests per second or minute, such as 10r/s or 3r/m"],
    ['health', '/$uri', "health: '/$uri' is not a path → write it as /api/: letters, digits, '/', '-', '_', '.' and '~', without '//' and '..'"],
    ['blockedFiles', '*.py|x', "blockedFiles: '*.py|x' is not a pattern of files → write it as *.py: a star, a dot, and letters or digits"],
    ['trustedProxies', '10.0.0.0/33', "trustedProxies: '10.0.0.0/33' is not a range of addresses → write it in CIDR notation, such as 10.0.0.0/8"],
    ['trustedProxies', 'unix:', "trustedProxies: 'unix:' is not a range of addresses → write it in CIDR notation, such as 10.0.0.0/8"],
    ['trustedProxies', 'fe80::1%eth0', "trustedProxies: 'fe80::1%eth0' is not a range of addresses → write it in CIDR notation, such as 10.0.0.0/8"],
    ['contentSecurityPolicy', "default-src 'self'\nX: y", "headers.contentSecurityPolicy: 'default-src 'self'\\nX: y' is not a Content-Security-Policy → write directives with their sources, separated by '; ', such as default-src 'self'; img-src 'self' data:"],
    ['permissionsPolicy', 'camera', "headers.permissionsPolicy: 'camera' is not a Permissions-Policy → write features with who may use them, separated by ', ', such as camera=(), geolocation=(self \"https://maps.example\")"],
    ['frameOptions', 'ALLOW', "headers.frameOptions: 'ALLOW' is not a value of X-Frame-Options → use one of: DENY, SAMEORIGIN"],
    ['version', 'latest', "version: 'latest' is not a version of nginx → write it as '1.30' or '1.30.1'"],
    ['maxBodySize', '50M', "maxBodySize: '50M' is not a size → write a positive number with its unit, such as 512Mi, 2Gi or 40GB"],
    ['maxBodySize', '2Gi', 'maxBodySize: a body of 2 GiB does not fit the 256 MiB for bodies, half of its memory → raise resources.memory, or lower maxBodySize'],
    ['keepAlive', '65', "keepAlive: '65' is not a duration → write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d"],
    ['acme.email', 'ops', "tls.acme.email: 'ops' is not an e-mail address → write it as name@shop.example"],
    ['acme.issuer', 'Let us', "tls.acme.issuer: 'Let us' cannot be the name of an issuer → use lower-case letters, digits, dots and dashes: it names an object of the cluster"],
    ['acme.server', 'http://acme.example', "tls.acme.server: 'http://acme.example' is not the address of an ACME server → write it as https://acme.example/directory"],
  ])('%s %j: says what is wrong and how to mend it', (field, value, message) => {
    expect(build(field, value).problems).toContain(message);
  });

  test.each<[keyof typeof FIELDS, string]>([
    ['host', '*.shop.example'], ['host', 'localhost'], ['host', 'xn--bcher-kva.example'], ['a route', '/a/b-c_d.e~f'], ['a folder in a volume', 'a/b.c'],
    ['a rate', '3r/m'], ['trustedProxies', '2001:db8::/32'], ['trustedProxies', '192.0.2.1'], ['version', '1.25.3'],
    ['contentSecurityPolicy', "default-src 'self'; img-src 'self' data: https://*.example.com:443; script-src 'sha256-abc+/='; upgrade-insecure-requests"],
    ['permissionsPolicy', 'camera=*, geolocation=(self "https://maps.example"), usb=()'], ['acme.server', 'https://acme.example:14000/dir'],
  ])('%s %j: is fine', (field, value) => {
    expect(build(field, value).problems).toEqual([]);
  });
});
