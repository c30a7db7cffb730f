import { App, Compose, Image, Kubernetes, Secret, Stack, type StackProps } from 'compose8s';
import { HealthProbes, NginxProxy, Postgres, WebService } from 'compose8s/constructs';

interface ShopProps extends StackProps {
  readonly host: string;
  readonly replicas: number;
}

export class Shop extends Stack {
  constructor(app: App, environment: string, { host, replicas, ...props }: ShopProps) {
    super(app, 'shop', environment, props);
    const db = new Postgres(this, 'db', { version: 17, storage: '10Gi' });
    const stripe = new Secret(this, 'stripe', { keys: { 'api-key': Secret.given('Stripe dashboard, developers, API keys') } });
    const api = new WebService(this, 'api', {
      image: Image.registry('ghcr.io/acme/shop-api:1.4.2', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] }),
      port: 8080, replicas,
      env: { DATABASE_URL: db.url, STRIPE_KEY: stripe.key('api-key') },
      probes: HealthProbes.http({ ready: '/readyz', alive: '/healthz' }),
    });
    new NginxProxy(this, 'proxy', { host, tls: 'self-signed', routes: { '/': api } });
  }
}

/** The stack of production, for tests. */
export function shop(): Shop {
  return new Shop(new App(), 'prod', { targets: [new Compose(), new Kubernetes()], host: 'shop.example', replicas: 3 });
}
