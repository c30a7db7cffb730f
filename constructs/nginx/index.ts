import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addRunbook, advice, Certificate, Config, Cron, Duration, Image, Probe, Route, steps, text, Text, Volume, Workload, type CertificateSource, type Endpoint, type Mount, type TextLike } from '../../lib/model';
import type { Conf } from './conf';
import type { NginxProxyProps } from './props';
import { isTls, readSettings, type Settings } from './settings';
import { httpsConf } from './templates/https-conf';
import { nginxConf } from './templates/nginx-conf';
import { headersConf, proxyConf, siteConf } from './templates/site-conf';

export type * from './props';

const CONFIGURATION = '/etc/compose8s/nginx';
const CERTIFICATE = '/etc/compose8s/certificate';
/** The official image's `nginx`. Its certbot runs as the same user, who alone may read the key. */
const USER = { uid: 101, gid: 101 };
const CERTBOT = 'certbot/certbot:v5.8.0';

/**
 * The way into a system: nginx ends TLS, serves files, limits rates and hands on the rest. What it routes to may start
 * later, move and scale: its start script follows the addresses, and the certificate. Of several replicas, those that are
 * ready by their own probe get requests; what one leaves unanswered goes to the next.
 *
 * Compose: a service with published ports, and for ACME a scheduled certbot.
 * Kubernetes: a Deployment behind the public routes; cert-manager in place of certbot.
 */
export class NginxProxy extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** What it shows to visitors; `undefined` where TLS ends elsewhere. */
  readonly certificate: Certificate | undefined;
  /** Where visitors come in: HTTPS, unless TLS ends elsewhere. */
  readonly endpoint: Endpoint;
  /** Where visitors get an answer: `/`, or where nothing stands there, a path by which a route is probed. */
  readonly landing: string;
  /** nginx' own counters, at `/stub_status`. */
  readonly metrics: Endpoint;

  constructor(scope: Construct, id: string, props: NginxProxyProps) {
    super(scope, id);
    const site = readSettings(this, props);
    const { tier, logs, reach = 'public', replicas = 1 } = props;
    const source = this.certificateSource(site);
    const hosts = site.hosts.map(host => host.text);
    this.certificate = source && new Certificate(this, 'certificate', { hosts, source });
    if (source?.kind === 'acme') this.addCertbot(site, source.volume, props);

    this.workload = new Workload(this, 'Default', {
      image: Image.registry(`nginx:${site.version.join('.')}-alpine`, { user: USER, tools: ['curl', 'wget', 'shell'] }),
      runs: Workload.service({ replicas }),
      command: ['/bin/sh', `${CONFIGURATION}/start.sh`],
      ports: { http: 8080, ...(isTls(site) ? { https: 8443 } : {}), metrics: 8081 },
      probes: {
        ready: Probe.http('/-/healthz', { port: 'metrics' }),
        alive: Probe.tcp({ port: 'http' }),
        startup: Duration.seconds(30),
      },
      mounts: [
        { config: new Config(this, 'config', { files: filesOf(site) }), path: CONFIGURATION },
        ...(this.certificate ? [{ certificate: this.certificate, path: CERTIFICATE }] : []),
        ...site.mounts.map((mount): Mount => ({ ...mount, readOnly: true })),
      ],
      scratch: [{ path: '/tmp', size: '8Mi' }, { path: '/var/cache/nginx', size: site.buffers }],
      resources: site.resources,
      // SIGTERM would cut off running requests.
      stop: { signal: 'SIGQUIT', grace: Duration.seconds(site.drain.wholeSeconds + 5) },
      loosened: site.overcommit ? { accepted: [`slow uploads of one address may take more than half of the ${site.buffers} for all bodies, and keep others from sending any`] } : {},
      tier, logs,
    });
    this.endpoint = this.workload.endpoint(isTls(site) ? 'https' : 'http');
    this.metrics = this.workload.endpoint('metrics');
    this.landing = site.landing;
    new Route(this, 'http', { to: this.workload.endpoint('http'), published: site.published.http, reach, protocol: 'http', hosts });
    if (isTls(site)) {
      const route = new Route(this, 'https', { to: this.workload.endpoint('https'), published: site.published.https, reach, protocol: 'https', hosts });
      // Plain HTTP is sent there.
      this.workload.spec.env['HTTPS_PORT'] = route.publishedPort;
    }
  }

  private certificateSource({ tls, acme }: Settings): CertificateSource | undefined {
    switch (tls) {
      case 'off': return undefined;
      case 'acme': return acme && { kind: 'acme', email: acme.email.text, issuer: acme.issuer.text, volume: new Volume(this, 'certificate-files', { size: '1Mi' }) };
      default: return { kind: tls };
    }
  }

  private addCertbot({ hosts, acme }: Settings, certificate: Volume, { tier, logs }: NginxProxyProps): void {
    const certbot = new Workload(this, 'certbot', {
      image: Image.registry(CERTBOT, { user: USER, tools: ['wget', 'python', 'shell'] }),
      // It asks the authority only when the certificate is due; every hour, so that the first one does not take long.
      runs: { kind: 'schedule', cron: Cron.hourly({ minute: 23 }), deadline: Duration.minutes(10) },
      command: [
        '/bin/sh', '/etc/compose8s/certbot/certbot.sh',
        '--email', acme!.email.text,
        ...(acme!.server ? ['--server', acme!.server.text] : []),
        ...hosts.flatMap(host => ['--domain', host.text]),
      ],
      mounts: [
        { config: new Config(this, 'certbot-config', { files: { 'certbot.sh': script('certbot.sh') } }), path: '/etc/compose8s/certbot' },
        { volume: certificate, path: '/var/lib/certificate' },
        { volume: new Volume(this, 'certbot-state', { size: '10Mi' }), path: '/var/lib/certbot' },
      ],
      // The last two are volumes of the image: Docker would make anonymous ones of them.
      scratch: [{ path: '/tmp', size: '16Mi' }, { path: '/etc/letsencrypt', size: '1Mi' }, { path: '/var/lib/letsencrypt', size: '1Mi' }],
      resources: { cpu: 0.5, memory: '256Mi' },
      internet: true,
      standsInFor: 'certificate-controller',
      tier, logs,
    });
    addRunbook(this, () => [{
      purpose: 'certificate', title: 'Where the renewal does not come', of: certbot,
      content: [
        advice`Each hour a certbot looks whether the certificate is due. What it said, and how to ask it now:`,
        steps([{ do: 'logs', of: certbot }], [{ do: 'run', workload: certbot, as: 'certbot-now' }]),
      ],
    }]);
  }
}

function filesOf(site: Settings): Record<string, TextLike> {
  const configuration: Record<string, Conf> = {
    'nginx.conf': nginxConf(site),
    ...(isTls(site) ? { 'https.conf': httpsConf(site) } : {}),
    'site.conf': siteConf(site),
    'headers.conf': headersConf(site),
    'proxy.conf': proxyConf(site),
  };
  return {
    ...Object.fromEntries(Object.entries(configuration).map(([name, { text: content }]) => [name, `${content}\n`])),
    // For the start script, which writes their addresses where the upstream blocks look.
    upstreams: Text.concat(site.upstreams.map(({ name, endpoint, ready }) => text`${name.text} ${endpoint.host} ${endpoint.port}${ready ? ` ${ready.timeout.wholeSeconds} ${ready.path}` : ''}\n`)),
    // What goes with the question for their readiness.
    ...Object.fromEntries(site.upstreams.flatMap(({ name, ready }) => (ready?.headers ? [[`${name.text}.headers`, ready.headers]] : []))),
    'start.sh': script('start.sh'),
  };
}

function script(name: string): string {
  return readFileSync(join(__dirname, 'scripts', name), 'utf8');
}
