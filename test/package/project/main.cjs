const { App, Image, Secret, Stack } = require('compose8s');
const { HealthProbes, NginxProxy, Postgres, WebService } = require('compose8s/constructs');
const { Compose } = require('compose8s/compose');
const { Kubernetes } = require('compose8s/kubernetes');

const app = new App();
const stack = new Stack(app, 'shop', 'prod', { targets: [new Compose(), new Kubernetes()] });
const db = new Postgres(stack, 'db', { version: 17, storage: '10Gi' });
const stripe = new Secret(stack, 'stripe', { keys: { 'api-key': Secret.given('Stripe dashboard, developers, API keys') } });
const api = new WebService(stack, 'api', {
  image: Image.registry('ghcr.io/acme/shop-api:1.4.2', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] }),
  port: 8080, replicas: 3,
  env: { DATABASE_URL: db.url, STRIPE_KEY: stripe.key('api-key') },
  probes: HealthProbes.http({ ready: '/readyz', alive: '/healthz' }),
});
new NginxProxy(stack, 'proxy', { host: 'shop.example', tls: 'self-signed', routes: { '/': api } });
app.synth();
