import { Construct } from 'constructs';
import { addCheck, Config, Route, Secret, Volume, Workload, type Endpoint, type ResourcesLike, type SizeLike, type Tier } from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { IMAGES } from './images';
import { yaml, type Yaml } from './yaml';

/** Who hears of an alert. */
export type Receiver =
  | {
    readonly kind: 'email';
    readonly to: string;
    readonly from: string;
    /** `smtp.example:587`. */
    readonly smarthost: string;
    /** Logs in with a password, which `secrets init` asks for. Default: no log-in. */
    readonly username?: string;
  }
  /** Any program that takes Alertmanager's JSON: a chat, a pager, a gateway for SMS. Its address is a secret. */
  | { readonly kind: 'webhook'; readonly name: string };

/** Who hears of alerts from an {@link Alertmanager}. */
export interface AlertmanagerProps {
  /** All of them hear of every alert. None: alerts are seen in Grafana and Prometheus only. */
  readonly receivers: readonly Receiver[];
  /** For silences, and for what has been told to whom. Kept for 5 days. Default: 1 GiB. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** The port on the host itself that publishes its pages. Default: not published. */
  readonly published?: number;
  /** Default: 0.25 CPU and 128 MiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

const CONFIGURATION = '/etc/alertmanager';
const SECRETS = '/run/secrets/alertmanager';

/**
 * Tells people of alerts: each once, those of one service together.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template; nothing where the target is told
 * of a Prometheus Operator: the cluster tells people by its own.
 */
export class Alertmanager extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its pages, and what Prometheus sends alerts to, at port 9093. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { receivers, storage = '1Gi', storageClass, published, resources = { cpu: '250m', memory: '128Mi' }, tier }: AlertmanagerProps) {
    super(scope, id);
    const keys = Object.fromEntries(receivers.flatMap((receiver, i) => {
      if (receiver.kind === 'webhook') return [[keyOf(receiver, i), Secret.given(`the address of the webhook ${receiver.name}, with its token`, { what: `the address of the webhook ${receiver.name}, with its token` })]];
      return receiver.username === undefined ? [] : [[keyOf(receiver, i), Secret.given(`the password of ${receiver.username} at ${receiver.smarthost}`, { what: `the password of ${receiver.username} at ${receiver.smarthost}` })]];
    }));
    const mounted = Object.keys(keys).length > 0 ? [{ secret: new Secret(this, 'receivers', { keys }), path: SECRETS }] : [];
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.alertmanager,
      // One is all there is: it need not look for others.
      args: [`--config.file=${CONFIGURATION}/alertmanager.yml`, '--storage.path=/alertmanager', '--data.retention=120h', '--cluster.listen-address='],
      ports: { http: 9093 },
      probes: HealthProbes.http({ ready: '/-/ready', alive: '/-/healthy' }),
      mounts: [
        { config: new Config(this, 'config', { files: { 'alertmanager.yml': configuration(receivers).file } }), path: CONFIGURATION },
        { volume: new Volume(this, 'data', { size: storage, storageClass, disposable: true }), path: '/alertmanager' },
        ...mounted,
      ],
      internet: receivers.length > 0,
      resources, tier,
      standsInFor: 'monitoring',
    });
    this.endpoint = this.workload.endpoint('http');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
    addCheck(this, function* () {
      for (const receiver of receivers) {
        if (receiver.kind === 'webhook') continue;
        for (const address of [receiver.to, receiver.from]) {
          if (!/^[^\s@<>]+@[^\s@<>]+$/.test(address)) yield { code: 'receiver-address', what: `'${address}' is not an address of e-mail`, fix: 'write it as ops@shop.example' };
        }
        if (!/^[a-z0-9.-]+:\d+$/i.test(receiver.smarthost)) yield { code: 'receiver-smarthost', what: `'${receiver.smarthost}' is not a mail server`, fix: 'write it as smtp.example:587' };
      }
    });
  }
}

function keyOf({ kind }: Receiver, index: number): string {
  return `${kind}-${index + 1}`;
}

function configuration(receivers: readonly Receiver[]): Yaml {
  return yaml`
    route:
      receiver: everybody
      group_by: [alertname, service]
      group_wait: 30s
      group_interval: 5m
      repeat_interval: 4h

    # Of what is critical nobody needs to be warned as well.
    inhibit_rules:
      - source_matchers: [severity="critical"]
        target_matchers: [severity="warning"]
        equal: [service]

    receivers:
      - name: everybody
        ${receivers.some(({ kind }) => kind === 'email') && yaml`email_configs:`}
          ${receivers.map((receiver, i) => receiver.kind === 'email' && yaml`
            - to: ${receiver.to}
              from: ${receiver.from}
              smarthost: ${receiver.smarthost}
              send_resolved: true
              ${receiver.username !== undefined && yaml`
                auth_username: ${receiver.username}
                auth_password_file: ${`${SECRETS}/${keyOf(receiver, i)}`}
                `}
            `)}
        ${receivers.some(({ kind }) => kind === 'webhook') && yaml`webhook_configs:`}
          ${receivers.map((receiver, i) => receiver.kind === 'webhook' && yaml`
            - url_file: ${`${SECRETS}/${keyOf(receiver, i)}`}
              send_resolved: true
            `)}
    `;
}
