import { App, Stack } from '../../../lib/core';
import { Duration, Image, Probe, Volume, Workload } from '../../../lib/model';
import { NginxProxy, type NginxProxyProps } from '../../../constructs/nginx';

/** A stack with an application to stand behind the proxy. */
export function shop(): { stack: Stack; web: Workload; dashboard: Workload; files: Volume; media: Volume } {
  const stack = new Stack(new App(), 'shop', 'prod', { targets: [] });
  const image = Image.registry('shop:1.0.0', { user: { uid: 1000, gid: 1000 }, tools: ['curl'] });
  const web = new Workload(stack, 'web', {
    image, ports: { http: 8000 },
    probes: { ready: Probe.http('/health/ready/', { headers: { 'X-Probe': 'yes' } }), alive: Probe.http('/health/'), startup: Duration.seconds(30) },
  });
  const dashboard = new Workload(stack, 'dashboard', {
    image, ports: { http: 8501 },
    probes: { ready: Probe.http('/_stcore/health'), startup: Duration.seconds(30) },
  });
  const files = new Volume(stack, 'static', { size: '1Gi' });
  const media = new Volume(stack, 'media', { size: '10Gi' });
  return { stack, web, dashboard, files, media };
}

/** Cedrus' settings for production, with a dashboard beside it. */
export function cedrusProps({ web, dashboard, files, media }: ReturnType<typeof shop>): NginxProxyProps {
  return {
    version: '1.25', host: ['shop.example', 'www.shop.example'],
    routes: { '/': web.endpoint('http'), '/dashboard/': { to: dashboard.endpoint('http'), webSocket: true } },
    static: {
      '/static/': { volume: files, cache: 'immutable', precompressed: true },
      '/media/': { volume: media, cache: Duration.days(7), noScripts: true },
    },
    maxBodySize: '50Mi',
    rateLimits: { '/': { rate: '10r/s', burst: 20 }, '/api/': { rate: '30r/s', burst: 50 }, '/login/': { rate: '3r/m', burst: 3 } },
    connectionsPerAddress: 10,
    health: ['/health/live/'],
    headers: { hsts: { preload: true } },
    resources: { cpu: 2, memory: '512Mi' },
    overcommit: true,
    tls: 'given',
  };
}

/** The files of a proxy's configuration, with the names of workloads in the place of references to them. */
export function filesOf(proxy: NginxProxy): Record<string, string> {
  const mount = proxy.workload.spec.mounts.find(mount => 'config' in mount)!;
  if (!('config' in mount)) throw new Error('it mounts no configuration');
  return Object.fromEntries(Object.entries(mount.config.spec.files).map(([name, content]) => [
    name, content.spell(literal => literal, reference => (reference.kind === 'host' ? reference.endpoint.workload.node.id : '?')),
  ]));
}
