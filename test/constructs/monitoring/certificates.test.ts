import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { HealthProbes, Monitoring, NginxProxy, WebService, type NginxProxyProps } from '../../../constructs';
import { App, Compose, Kubernetes, synthesize, type Stack } from '../../../lib';
import { podIn } from '../../support/manifests';
import { composeOf, IMAGE, problemsOf, shop, textOf } from '../../support/stacks';
import { Observed } from './system';

/** A proxy with one application behind it, both observed. */
const proxied = (props: Omit<NginxProxyProps, 'routes'>) => (stack: Stack) => {
  const web = new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/ready' }) });
  new NginxProxy(stack, 'proxy', { ...props, routes: { '/': web } });
  new Monitoring(stack, 'monitoring', { receivers: [] }).observe(stack);
};
const observed = (() => {
  const app = new App();
  new Observed(app, 'prod', { targets: [new Compose()] });
  const { emissions: [compose] } = synthesize(app);
  return { file: (path: string) => textOf(compose!.files, path) };
})();
/** The expressions of a file of rules, by the names of their alerts. */
const alertsIn = (file: string) => Object.fromEntries((load(file) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr])));

describe('Monitoring, of certificates and of what visitors get,', () => {
  test('tells in the guide which certificates nobody watches, and from where visitors are not asked for', () => {
    const guide = (props: Omit<NginxProxyProps, 'routes'>) => textOf(synthesize(shop(proxied(props))).emissions[0]!.files, 'OPERATIONS.md').split('\n### What is not watched\n')[1]?.split('\n#')[0] ?? '';
    const inside = 'No alert tells whether visitors find their way to `proxy`: the question comes from inside.';
    const secure = guide({ host: 'shop.example' });
    expect(secure).toContain(inside);
    expect(secure).toContain('have someone outside ask for `https://shop.example/`.');
    expect(secure).not.toContain('certificate');
    const plain = guide({ host: 'shop.example', tls: 'off' });
    expect(plain).toContain(inside);
    expect(plain).toContain('No alert tells when the certificate before these expires, if there is one: `proxy`.');
    const wild = guide({ host: '*.shop.example' });
    expect(wild).toContain('No alert tells when these certificates expire: `*.shop.example`.');
  });

  test('reads until when a certificate is good without a look at whether it is, by name', () => {
    const blackbox = load(observed.file('config/monitoring-blackbox-config/blackbox.yml')) as { modules: Record<string, object> };
    expect(blackbox.modules['certificate']).toEqual({ prober: 'tcp', tcp: { preferred_ip_protocol: 'ip4', tls: true, tls_config: { insecure_skip_verify: true } } });
    expect(observed.file('config/monitoring-prometheus-config/prometheus.yml')).toContain('params: { module: ["certificate"] }\n    static_configs:\n      - targets: ["proxy:8443"]\n        labels: { service: "proxy", host: "shop.example", __param_hostname: "shop.example" }');
  });

  test('has no rule for certificates where none is read', () => {
    const rules = (tls: 'off' | 'given') => alertsIn(composeOf(proxied({ host: 'shop.example', tls })).file('config/monitoring-prometheus-config/rules.yml'));
    expect(Object.keys(rules('off')).filter(alert => alert.startsWith('Certificate'))).toEqual([]);
    expect(rules('given')['CertificateExpires']).toBe('probe_ssl_earliest_cert_expiry{job="certificate"} - time() < 5 * 86400');
  });

  test('trusts an authority of its own besides the public ones, on both targets', () => {
    const authority = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';
    const app = shop(stack => { new Monitoring(stack, 'monitoring', { receivers: [], authority }); }, { targets: [new Compose(), new Kubernetes()] });
    const { problems, emissions: [compose, kubernetes] } = synthesize(app);
    expect(problems).toEqual([]);
    expect(textOf(compose!.files, 'config/monitoring-blackbox-authority/authority.pem')).toBe(authority);
    expect(compose!.rendering.documents.find(({ kind, name }) => kind === 'services' && name === 'monitoring-blackbox')!.body).toMatchObject({ environment: { SSL_CERT_DIR: '/etc/ssl/certs:/etc/compose8s/authority' } });
    const pod = podIn(kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'Deployment' && name === 'monitoring-blackbox')!.body as { readonly kind: string })!;
    expect(pod.containers[0]).toMatchObject({ env: [{ name: 'SSL_CERT_DIR', value: '/etc/ssl/certs:/etc/compose8s/authority' }] });
    expect(pod.containers[0]!.volumeMounts!.map(({ mountPath }) => mountPath)).toContain('/etc/compose8s/authority/authority.pem');
    expect(problemsOf(shop(stack => { new Monitoring(stack, 'monitoring', { receivers: [], authority: './authority.pem' }); }))).toContain('the authority has no certificate in PEM format');
  });
});
