import { Construct } from 'constructs';
import { Image, required, Route, Workload, type Endpoint, type ResourcesLike, type Tier } from '../lib/model';
import { HealthProbes } from './health-probes';

/** Which database an {@link Adminer} shows, and where. */
export interface AdminerProps {
  /** The database that its log-in page offers: whatever has an `endpoint`. */
  readonly of: { readonly endpoint: Endpoint };
  /** A version of the image `adminer`. Default: 5. */
  readonly version?: string;
  /** Its port on the host itself. Default: 8080. It is never published to the outside. */
  readonly published?: number;
  /** Default: 0.5 CPU and 256 MiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** A page to look into a database, for developers. Compose: published on 127.0.0.1. Kubernetes: by `kubectl port-forward`. */
export class Adminer extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its page, at port 8080. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { of, version = '5', published = 8080, resources = { cpu: '500m', memory: '256Mi' }, tier }: AdminerProps) {
    super(scope, id);
    const database = required(this, 'of', of, 'name the database that it shows: of: db');
    this.workload = new Workload(this, 'Default', {
      // The user 'adminer' of the official image has the id 100 and the group 101.
      image: Image.registry(`adminer:${version}`, { user: { uid: 100, gid: 101 }, tools: ['wget', 'nc', 'shell'] }),
      ports: { http: 8080 },
      env: { ADMINER_DEFAULT_SERVER: database.endpoint.host },
      connects: [database.endpoint],
      probes: HealthProbes.tcp(),
      scratch: [{ path: '/tmp', size: '64Mi' }],
      resources,
      tier,
    });
    this.endpoint = this.workload.endpoint('http');
    new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
  }
}
