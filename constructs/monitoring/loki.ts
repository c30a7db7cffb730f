import { Construct } from 'constructs';
import { addRunbook, advice, attempt, Config, Duration, Route, text, Volume, Workload, type DurationLike, type Endpoint, type ResourcesLike, type Runbook, type SizeLike, type Text, type Tier } from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { IMAGES } from './images';
import { yaml, type Yaml } from './yaml';

/** How long {@link Loki} keeps lines, and in how much storage. */
export interface LokiProps {
  /** How long lines are kept. Default: 14 days. */
  readonly retention?: DurationLike;
  /** Room for lines. Default: 10 GiB. Alloy has 1 GiB beside it, for what Loki could not take yet. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** The port on the host itself that publishes Loki. Default: not published. */
  readonly published?: number;
  /**
   * The port on the host itself that publishes the shipper's syslog, so that the host's own log daemon, or Docker's syslog
   * driver, can send what containers write to their standard output. Default: not published.
   */
  readonly publishedSyslog?: number;
  /** Of Loki. Default: 1 CPU and 512 MiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

const CONFIGURATION = '/etc/loki';

/**
 * Logs, with Grafana Alloy as the way in. Programs send their lines to Alloy by OTLP or syslog: a reference to
 * `logs.otlp` or `logs.syslog` is all that it takes. Alloy does not read the standard output of other containers: that
 * would need Docker's socket or the node's own folders, which are the same as being root there.
 *
 * Compose: two services, each with a named volume. Kubernetes: two StatefulSets, each with a claim template.
 */
export class Loki extends Construct {
  /** Loki itself, which keeps the lines. */
  readonly workload: Workload;
  /** What Grafana asks, at port 3100. */
  readonly endpoint: Endpoint;
  /** Grafana Alloy, which takes the lines. */
  readonly shipper: Workload;
  /** OTLP over HTTP, as `OTEL_EXPORTER_OTLP_ENDPOINT` wants it. Programs should not wait for it: `startsWithout: [logs.shipper]`. */
  readonly otlp: Text;
  /** RFC 5424 over TCP: `host:port`. */
  readonly syslog: Endpoint;

  constructor(scope: Construct, id: string, props: LokiProps = {}) {
    super(scope, id);
    const { retention = '14d', storage = '10Gi', storageClass, published, publishedSyslog, resources = { cpu: 1, memory: '512Mi' }, tier } = props;
    const kept = attempt(this, 'retention', () => Duration.of(retention), Duration.days(14));
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.loki,
      args: [`-config.file=${CONFIGURATION}/loki.yml`],
      ports: { http: 3100 },
      // Its image has no other program.
      probes: HealthProbes.command(['/usr/bin/loki', '-health'], { startup: '90s', alive: { port: 'http' } }),
      mounts: [
        { config: new Config(this, 'config', { files: { 'loki.yml': lokiConfig(kept).file } }), path: CONFIGURATION },
        { volume: new Volume(this, 'data', { size: storage, storageClass }), path: '/loki' },
      ],
      stop: { grace: '60s' },
      resources, tier,
    });
    this.endpoint = this.workload.endpoint('http');
    this.shipper = new Workload(this, 'alloy', {
      image: IMAGES.alloy,
      args: ['run', '/etc/alloy/config.alloy', '--storage.path=/var/lib/alloy/data', '--server.http.listen-addr=0.0.0.0:12345', '--disable-reporting'],
      ports: { http: 12345, otlp: 4318, syslog: 1514 },
      probes: HealthProbes.command(['bash', '-c', READY], { startup: '60s', alive: { port: 'http' } }),
      mounts: [
        { config: new Config(this, 'alloy-config', { files: { 'config.alloy': alloyConfig(this.endpoint) } }), path: '/etc/alloy' },
        // What Loki could not take yet.
        { volume: new Volume(this, 'alloy-data', { size: '1Gi', storageClass, disposable: true }), path: '/var/lib/alloy' },
      ],
      startsWithout: [this.workload],
      resources: { cpu: '250m', memory: '256Mi' },
      tier,
    });
    this.otlp = this.shipper.endpoint('otlp').url('http');
    this.syslog = this.shipper.endpoint('syslog');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
    if (publishedSyslog !== undefined) new Route(this, 'published-syslog', { to: this.syslog, published: publishedSyslog });
    addRunbook(this, () => [this.runbook(kept)]);
  }

  private runbook(kept: Duration): Runbook {
    const { workload, shipper } = this;
    return {
      purpose: 'look', title: 'Where log lines do not come', of: workload,
      content: [
        advice`Programs send their lines to Alloy, which hands them to Loki, which keeps them for ${`${kept.inDays}`} days; no program waits for either. What Alloy could not hand over: ${{ do: 'logs', of: shipper }}. It tries again for a while, and then drops lines.`,
        advice`What Loki refuses, and whether it is ready: ${{ do: 'logs', of: workload }}, ${{ do: 'execute', in: workload, command: ['/usr/bin/loki', '-health'] }}. \`rate limit exceeded\` names a program that writes too much; \`no space left on device\`, a volume that is too small for what is kept: ask for more, or keep lines for less long.`,
        advice`Only one program is missing: does it send its lines at all, by OTLP or syslog? What it writes to its standard output goes to the engine's own log and not here.`,
      ],
    };
  }
}

const READY = 'exec 3<>/dev/tcp/127.0.0.1/12345 && printf "GET /-/ready HTTP/1.0\\r\\n\\r\\n" >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]';

/** One process, one folder. Whoever may reach it may write and read: the network decides that. */
function lokiConfig(retention: Duration): Yaml {
  return yaml`
    auth_enabled: false
    server:
      http_listen_port: 3100
      log_level: warn
    common:
      path_prefix: /loki
      replication_factor: 1
      ring: { instance_addr: 127.0.0.1, kvstore: { store: inmemory } }
      storage:
        filesystem: { chunks_directory: /loki/chunks, rules_directory: /loki/rules }
    schema_config:
      configs:
        - from: "2024-01-01"
          store: tsdb
          object_store: filesystem
          schema: v13
          index: { prefix: index_, period: 24h }
    compactor:
      working_directory: /loki/compactor
      retention_enabled: true
      delete_request_store: filesystem
    limits_config:
      retention_period: ${retention}
      reject_old_samples: true
      allow_structured_metadata: true
    analytics:
      reporting_enabled: false
    `;
}

function alloyConfig(loki: Endpoint): Text {
  return text`logging {
  level = "warn"
}

otelcol.receiver.otlp "programs" {
  http {
    endpoint = "0.0.0.0:4318"
  }
  output {
    logs = [otelcol.processor.batch.programs.input]
  }
}

otelcol.processor.batch "programs" {
  output {
    logs = [otelcol.exporter.otlphttp.loki.input]
  }
}

otelcol.exporter.otlphttp "loki" {
  client {
    endpoint = "${loki.url('http')}/otlp"
  }
}

loki.source.syslog "programs" {
  listener {
    address       = "0.0.0.0:1514"
    labels        = { job = "syslog" }
    use_incoming_timestamp = true
  }
  relabel_rules = loki.relabel.syslog.rules
  forward_to    = [loki.write.loki.receiver]
}

loki.relabel "syslog" {
  forward_to = []
  rule {
    source_labels = ["__syslog_message_app_name"]
    target_label  = "service_name"
  }
  rule {
    source_labels = ["__syslog_message_severity"]
    target_label  = "level"
  }
}

loki.write "loki" {
  endpoint {
    url = "${loki.url('http')}/loki/api/v1/push"
  }
}
`;
}
