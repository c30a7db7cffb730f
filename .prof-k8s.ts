import { App, Config, Image, Kubernetes, Secret, Stack, Workload, Probe, Duration } from './lib';
const count = 5000;
const app = new App(); const s = new Stack(app, 'bench', 'services', { targets: [] });
const image = Image.registry('ghcr.io/acme/web:1.4.2', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] });
for (let i = 0; i < count; i++) { const token = new Secret(s, `token-${i}`, { keys: ['value'] }); const config = new Config(s, `config-${i}`, { files: { 'settings.ini': `[service]\nnumber = ${i}\n` } });
  new Workload(s, `web-${i}`, { image, ports: { http: 8080 }, env: { NUMBER: i, TOKEN: token.key('value') }, mounts: [{ config, path: '/etc/web' }], probes: { ready: Probe.http('/ready'), alive: Probe.http('/alive'), started: Probe.http('/started'), startup: Duration.seconds(30) } }); }
const k = new Kubernetes(); const g = s.graph();
for (let r = 0; r < 8; r++) { const t = performance.now(); k.render(g); console.log(performance.now() - t | 0); }
