import { BackupCronJob, HealthProbes, Monitoring, NginxProxy, Postgres, Redis, ReleaseJob, WebService, Worker } from '../../../constructs';
import { App, Cron, Image, Kubernetes, Stack, Volume, type KubernetesProps } from '../../../lib';

/*
 * The program of a system that becomes each kind of object that the Kubernetes target makes, in three clusters that let
 * visitors in differently. RELEASE=2 is its next release, with a changed image, a changed configuration, and no worker.
 */
const IS_NEXT = process.env['RELEASE'] === '2';

class Shop extends Stack {
  constructor(app: App, environment: string, cluster: KubernetesProps, tls: 'off' | { readonly acme: { readonly email: string; readonly issuer: string } }) {
    super(app, 'shop', environment, { targets: [new Kubernetes(cluster)] });
    const image = Image.registry(`registry.example/shop:${IS_NEXT ? '1.1.0' : '1.0.0'}`, { user: { uid: 10001, gid: 10001 }, tools: ['wget', 'shell'] });
    const db = new Postgres(this, 'db', { version: 17, storage: '10Gi' });
    const cache = new Redis(this, 'cache', { version: '7', eviction: 'noeviction' });
    const uploads = new Volume(this, 'uploads', { size: '5Gi' });
    const env = { DATABASE_URL: db.url, CACHE_URL: cache.url };
    const migrate = new ReleaseJob(this, 'migrate', { image, env, command: ['shop', 'migrate'], check: ['shop', 'migrate', '--check'] });
    const mounts = [{ volume: uploads, path: '/uploads' }];
    const web = new WebService(this, 'web', {
      image, port: 8080, metrics: '/metrics', env, mounts, after: [migrate],
      reaches: [{ cidr: '10.66.0.0/24', port: 5432 }, { cidr: 'fd00:66::/64', port: [25, { number: 53, protocol: 'udp' }] }],
      replicas: { min: 2, max: 4, cpu: 70 },
      probes: HealthProbes.http({ ready: '/ready', alive: '/alive' }),
    });
    if (!IS_NEXT) new Worker(this, 'worker', { image, env, mounts, after: [migrate], replicas: 2, probes: HealthProbes.command(['shop', 'well']) });
    new NginxProxy(this, 'proxy', { host: 'shop.example', tls, routes: { '/': web }, rateLimits: { '/login/': { rate: IS_NEXT ? '6r/m' : '3r/m', burst: 3 } } });
    new BackupCronJob(this, 'backup', { of: db, schedule: Cron.daily('02:00', { timeZone: 'Europe/Berlin' }), storage: '20Gi' });
    new Monitoring(this, 'monitoring', { receivers: [{ kind: 'webhook', name: 'pager' }] }).observe(this);
  }
}

const app = new App();
new Shop(app, 'balancer', {}, { acme: { email: 'ops@shop.example', issuer: 'letsencrypt' } });
new Shop(app, 'ingress', { pullSecrets: ['registry'], expose: { kind: 'ingress', className: 'nginx', issuer: 'letsencrypt' } }, 'off');
new Shop(app, 'gateway', { expose: { kind: 'gateway', name: 'public', namespace: 'gateways' }, operator: { namespace: 'monitoring', labels: { release: 'prometheus' } } }, 'off');
app.synth();
