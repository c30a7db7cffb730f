import { Construct } from 'constructs';
import { addRunbook, advice, attempt, Config, Duration, Route, Volume, Workload, type DurationLike, type Endpoint, type ResourcesLike, type Runbook, type SizeLike, type Text, type Tier } from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { IMAGES } from './images';
import { yaml, type Yaml } from './yaml';

/** How long {@link Jaeger} keeps traces, and in how much storage. */
export interface JaegerProps {
  /** How long traces are kept. Default: 3 days. */
  readonly retention?: DurationLike;
  /** Room for traces. Default: 5 GiB. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** The port on the host itself that publishes its pages. Default: not published. */
  readonly published?: number;
  /** Default: 0.5 CPU and 512 MiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

const CONFIGURATION = '/etc/jaeger';

/**
 * Traces, taken by OTLP: ``env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text`${jaeger.otlp}/v1/traces` }, startsWithout: [jaeger]``.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template.
 */
export class Jaeger extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its pages, and what Grafana asks, at port 16686. */
  readonly endpoint: Endpoint;
  /** Its own metrics, at port 8888. */
  readonly metrics: Endpoint;
  /** OTLP over HTTP, at port 4318, as `OTEL_EXPORTER_OTLP_ENDPOINT` wants it. */
  readonly otlp: Text;
  /** OTLP over gRPC, at port 4317. */
  readonly otlpGrpc: Text;

  constructor(scope: Construct, id: string, { retention = '3d', storage = '5Gi', storageClass, published, resources = { cpu: '500m', memory: '512Mi' }, tier }: JaegerProps = {}) {
    super(scope, id);
    const kept = attempt(this, 'retention', () => Duration.of(retention), Duration.days(3));
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.jaeger,
      args: [`--config=${CONFIGURATION}/jaeger.yml`],
      ports: { http: 16686, otlp: 4318, 'otlp-grpc': 4317, health: 13133, metrics: 8888 },
      probes: HealthProbes.http({ ready: '/status', port: 'health', startup: '60s' }),
      mounts: [
        { config: new Config(this, 'config', { files: { 'jaeger.yml': configuration(kept).file } }), path: CONFIGURATION },
        { volume: new Volume(this, 'data', { size: storage, storageClass, disposable: true }), path: '/badger' },
      ],
      stop: { grace: '30s' },
      resources, tier,
    });
    this.endpoint = this.workload.endpoint('http');
    this.metrics = this.workload.endpoint('metrics');
    this.otlp = this.workload.endpoint('otlp').url('http');
    this.otlpGrpc = this.workload.endpoint('otlp-grpc').url('http');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
    addRunbook(this, () => [this.runbook(kept)]);
  }

  private runbook(kept: Duration): Runbook {
    const { workload } = this;
    return {
      purpose: 'look', title: 'Where traces do not come', of: workload,
      content: [
        advice`Traces are kept for ${`${kept.inDays}`} days. A service shows up in the list of Jaeger's first page with its first trace. What Jaeger says: ${{ do: 'logs', of: workload }}.`,
        advice`None at all: is its volume full (${{ do: 'disk' }})? One service missing: it must have \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\`, and its sampler must keep some traces (\`OTEL_TRACES_SAMPLER\`).`,
      ],
    };
  }
}

function configuration(retention: Duration): Yaml {
  return yaml`
    service:
      extensions: [jaeger_storage, jaeger_query, healthcheckv2]
      pipelines:
        traces:
          receivers: [otlp]
          processors: [batch]
          exporters: [jaeger_storage_exporter]
      telemetry:
        logs: { level: warn }
        metrics:
          level: normal
          readers:
            - pull: { exporter: { prometheus: { host: 0.0.0.0, port: 8888 } } }
    extensions:
      healthcheckv2:
        use_v2: true
        http: { endpoint: "0.0.0.0:13133" }
      jaeger_query:
        storage: { traces: badger }
        http: { endpoint: "0.0.0.0:16686" }
      jaeger_storage:
        backends:
          badger:
            badger:
              directories: { keys: /badger/keys, values: /badger/values }
              ephemeral: false
              ttl: { spans: ${retention} }
    receivers:
      otlp:
        protocols:
          grpc: { endpoint: "0.0.0.0:4317" }
          http: { endpoint: "0.0.0.0:4318" }
    processors:
      batch: {}
    exporters:
      jaeger_storage_exporter: { trace_storage: badger }
    `;
}
