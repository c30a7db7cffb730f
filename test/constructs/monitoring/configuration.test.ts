import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { Jaeger, Loki } from '../../../constructs';
import { composeOf } from '../../support/stacks';

/*
 * What no program here reads before it runs: the names that the programs know, that whatever is referred to is there, and
 * that ports and folders are those of the workload.
 */
const { file, services } = composeOf(stack => {
  new Loki(stack, 'logs', { retention: '10d' });
  new Jaeger(stack, 'traces', { retention: '2d' });
});
const ports = (service: string) => services[service]!.expose!.map(String).sort();
const volume = (service: string) => (services[service]!.volumes as readonly { readonly type: string; readonly target: string }[]).find(({ type }) => type === 'volume')!.target;
const portOf = (endpoint: string) => /^0\.0\.0\.0:(\d+)$/.exec(endpoint)![1]!;
const seconds = (days: number) => `${days * 86_400}s`;

describe('loki.yml', () => {
  const config = load(file('config/logs-config/loki.yml')) as {
    server: { http_listen_port: number };
    common: { path_prefix: string; storage: Record<string, { chunks_directory: string; rules_directory: string }> };
    schema_config: { configs: Record<string, unknown>[] };
    compactor: { working_directory: string; retention_enabled: boolean; delete_request_store: string };
    limits_config: { retention_period: string };
  };

  test('has the sections that Loki knows', () => {
    expect(Object.keys(config).sort()).toEqual(['analytics', 'auth_enabled', 'common', 'compactor', 'limits_config', 'schema_config', 'server']);
    expect(config).toMatchObject({ auth_enabled: false, analytics: { reporting_enabled: false }, server: { log_level: 'warn' }, common: { replication_factor: 1, ring: { instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } } } });
  });

  test('lets the compactor delete what is older than the retention', () => {
    const { compactor, limits_config: limits, common: { storage } } = config;
    expect(limits).toEqual({ retention_period: seconds(10), reject_old_samples: true, allow_structured_metadata: true });
    expect(compactor).toEqual({ working_directory: expect.any(String), retention_enabled: true, delete_request_store: expect.any(String) });
    expect(Object.keys(storage)).toEqual([compactor.delete_request_store]);
  });

  test('has one schema, which takes structured metadata, in the storage that is there', () => {
    expect(config.schema_config).toEqual({ configs: [{ from: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), store: 'tsdb', object_store: Object.keys(config.common.storage)[0], schema: 'v13', index: { prefix: 'index_', period: '24h' } }] });
  });

  test('writes to the volume, and listens where it is asked', () => {
    const { common: { path_prefix: prefix, storage: { filesystem } }, compactor } = config;
    const folders = [prefix, filesystem!.chunks_directory, filesystem!.rules_directory, compactor.working_directory];
    expect(folders.filter(folder => `${folder}/`.startsWith(`${volume('logs')}/`))).toEqual(folders);
    expect(ports('logs')).toEqual([`${config.server.http_listen_port}`]);
  });
});

describe('jaeger.yml', () => {
  interface Http { readonly endpoint: string }
  const config = load(file('config/traces-config/jaeger.yml')) as {
    service: { extensions: string[]; pipelines: Record<string, Record<'receivers' | 'processors' | 'exporters', string[]>>; telemetry: { metrics: { readers: { pull: { exporter: { prometheus: { host: string; port: number } } } }[] } } };
    extensions: {
      healthcheckv2: { http: Http };
      jaeger_query: { storage: Record<string, string>; http: Http };
      jaeger_storage: { backends: Record<string, { badger: { directories: Record<string, string>; ephemeral: boolean; ttl: { spans: string } } }> };
    };
    receivers: { otlp: { protocols: Record<string, Http> } };
    processors: object;
    exporters: { jaeger_storage_exporter: Record<string, string> };
  };
  const { service, extensions } = config;
  const backends = Object.keys(extensions.jaeger_storage.backends);

  test('has a section for each name that its service uses, of a kind that Jaeger knows, and none besides', () => {
    expect(Object.keys(config).sort()).toEqual(['exporters', 'extensions', 'processors', 'receivers', 'service']);
    expect(Object.keys(extensions).sort()).toEqual(['healthcheckv2', 'jaeger_query', 'jaeger_storage']);
    expect([...service.extensions].sort()).toEqual(Object.keys(extensions).sort());
    expect(Object.keys(service.pipelines)).toEqual(['traces']);
    const known = { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] };
    expect(service.pipelines['traces']).toEqual(known);
    for (const kind of ['receivers', 'processors', 'exporters'] as const) expect([kind, Object.keys(config[kind])]).toEqual([kind, known[kind]]);
  });

  test('writes to a storage that it declares, and asks the same', () => {
    expect(backends).toHaveLength(1);
    expect(config.exporters.jaeger_storage_exporter).toEqual({ trace_storage: backends[0] });
    expect(extensions.jaeger_query.storage).toEqual({ traces: backends[0] });
  });

  test('keeps traces on the volume, for as long as was asked', () => {
    const { badger } = extensions.jaeger_storage.backends[backends[0]!]!;
    expect(badger).toEqual({ directories: { keys: expect.any(String), values: expect.any(String) }, ephemeral: false, ttl: { spans: seconds(2) } });
    expect(Object.values(badger.directories).filter(folder => !folder.startsWith(`${volume('traces')}/`))).toEqual([]);
  });

  test('tells of itself: its health in the new form, warnings, and numbers for Prometheus', () => {
    expect(extensions.healthcheckv2).toEqual({ use_v2: true, http: { endpoint: expect.any(String) } });
    expect(service.telemetry).toEqual({ logs: { level: 'warn' }, metrics: { level: 'normal', readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: expect.any(Number) } } } }] } });
  });

  test('listens at the ports of its workload, and at no other', () => {
    const { protocols } = config.receivers.otlp;
    expect(Object.keys(protocols).sort()).toEqual(['grpc', 'http']);
    const { host, port } = service.telemetry.metrics.readers[0]!.pull.exporter.prometheus;
    const http = [extensions.healthcheckv2.http, extensions.jaeger_query.http, ...Object.values(protocols)];
    expect([...http.map(({ endpoint }) => portOf(endpoint)), portOf(`${host}:${port}`)].sort()).toEqual(ports('traces'));
    expect([protocols['http'], protocols['grpc']].map(({ endpoint } = { endpoint: '' }) => portOf(endpoint))).toEqual(['4318', '4317']);
  });
});

describe('config.alloy', () => {
  const source = file('config/logs-alloy-config/config.alloy');
  const blocks = parse(source);
  const valuesOf = (kind: string, name: string) => blocks.find(block => block.kind === kind)!.attributes[name]!;

  test('has the attributes that Alloy knows for each of its components', () => {
    expect(Object.fromEntries(blocks.map(({ kind, attributes }) => [kind, Object.keys(attributes).sort()]))).toEqual(KNOWN);
  });

  test('refers to what it declares, by what that exports; each is referred to, but for those that programs send to', () => {
    const declared = blocks.filter(({ label }) => label).map(({ kind, label }) => `${kind}.${label}.${EXPORTS[kind] ?? ''}`);
    const references = blocks.flatMap(({ attributes }) => Object.values(attributes).flat().flatMap(value => value.replaceAll(/"[^"]*"/g, '').match(/[a-z]\w*(\.\w+)+/g) ?? []));
    expect(new Set(declared).size).toBe(declared.length);
    expect([...references].sort()).toEqual(declared.filter(name => !name.endsWith('.')).sort());
  });

  test('listens where programs send to, and sends to Loki', () => {
    const value = (kind: string, name: string) => JSON.parse(valuesOf(kind, name)[0]!) as string;
    expect([value('otelcol.receiver.otlp', 'http.endpoint'), value('loki.source.syslog', 'listener.address')].map(portOf)).toEqual(['4318', '1514']);
    expect(ports('logs-alloy')).toEqual(expect.arrayContaining(['4318', '1514']));
    expect([value('otelcol.exporter.otlphttp', 'client.endpoint'), value('loki.write', 'endpoint.url')]).toEqual(['http://logs:3100/otlp', 'http://logs:3100/loki/api/v1/push']);
  });

  test('keeps the time of a syslog line, and labels it by its program and its severity', () => {
    expect(valuesOf('logging', 'level')).toEqual(['"warn"']);
    expect(['labels', 'use_incoming_timestamp'].map(name => valuesOf('loki.source.syslog', `listener.${name}`))).toEqual([['{ job = "syslog" }'], ['true']]);
    expect(valuesOf('loki.relabel', 'rule.source_labels')).toEqual(['["__syslog_message_app_name"]', '["__syslog_message_severity"]']);
    expect(valuesOf('loki.relabel', 'rule.target_label')).toEqual(['"service_name"', '"level"']);
  });

  test.each(['a {\n', 'a {\n}\n}\n', 'a {\n  b\n}\n', 'b = 1\n'])('is not read where it is not well formed: %j', text => expect(() => parse(text)).toThrow('line '));
});

/** What each component of Alloy exports to others. */
const EXPORTS: Readonly<Record<string, string>> = {
  'otelcol.processor.batch': 'input', 'otelcol.exporter.otlphttp': 'input', 'loki.relabel': 'rules', 'loki.write': 'receiver',
};

/** Component → its attributes, as its reference names them. */
const KNOWN = {
  logging: ['level'],
  'otelcol.receiver.otlp': ['http.endpoint', 'output.logs'],
  'otelcol.processor.batch': ['output.logs'],
  'otelcol.exporter.otlphttp': ['client.endpoint'],
  'loki.source.syslog': ['forward_to', 'listener.address', 'listener.labels', 'listener.use_incoming_timestamp', 'relabel_rules'],
  'loki.relabel': ['forward_to', 'rule.source_labels', 'rule.target_label'],
  'loki.write': ['endpoint.url'],
};

interface Block { readonly kind: string; readonly label: string | undefined; readonly attributes: Record<string, string[]> }

/** The blocks of Alloy's syntax, as far as the file uses it: one block, attribute or brace to a line. */
function parse(source: string): Block[] {
  const blocks: Block[] = [];
  const open: string[] = [];
  for (const [i, line] of source.split('\n').entries()) {
    const [, name, label] = /^\s*([a-z][\w.]*)(?: "(\w+)")? \{$/.exec(line) ?? [];
    const [, key, value] = /^\s*(\w+)\s*= (\S.*)$/.exec(line) ?? [];
    if (name) {
      if (open.length === 0) blocks.push({ kind: name, label, attributes: {} });
      open.push(name);
    } else if (key && open.length > 0) {
      (blocks.at(-1)!.attributes[[...open.slice(1), key].join('.')] ??= []).push(value!);
    } else if (!(line.trim() === '}' && open.pop()) && line.trim() !== '') {
      throw new Error(`line ${i + 1}: ${line}`);
    }
  }
  if (open.length > 0) throw new Error(`line ${source.split('\n').length}: ${open.join('.')} is not closed`);
  return blocks;
}
