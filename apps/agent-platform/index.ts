import type { Construct } from 'constructs';
import { Compose, Cron, Kubernetes, type App } from '../../lib';
import { AgentPlatform } from './platform';

/**
 * The agent platform in three environments, which can run side by side on one host: each has address ranges, a database,
 * secrets and volumes of its own, and an address of the host's own for the ports that only its operators use. So each keeps the
 * numbers that it is known by, though development and production have the same.
 *
 * Development is at 127.0.0.1, which every machine has; 127.0.0.2 and 127.0.0.3 are there on Linux without further ado.
 */
export function agentPlatform(app: App | Construct): void {
  const on = (loopback: string) => [new Compose({ host: 'agents-1', loopback }), new Kubernetes({ registry: 'registry.example' })];
  const receivers = [{ kind: 'webhook', name: 'on-call' }] as const;
  const program = { cpu: 1, memory: '512Mi' } as const;

  new AgentPlatform(app, 'dev', {
    targets: on('127.0.0.1'), network: '172.25.0.0/18',
    version: 'dev', sources: 'apps/agent-platform/app', database: 'agents_dev', storage: '5Gi',
    site: { host: 'localhost', tls: 'off', reach: 'host', published: { http: 8088 } },
    published: { backend: 8000, postgres: 5432, redis: 6379, prometheus: 9090, grafana: 3000, adminer: 8090 },
    replicas: { backend: 1, worker: 1 },
    resources: { program, postgres: { cpu: 1, memory: '512Mi' }, redis: { cpu: '500m', memory: '256Mi' } },
    receivers: [],
  });
  new AgentPlatform(app, 'stage', {
    targets: on('127.0.0.2'), network: '172.25.64.0/18',
    version: '1.0.0', database: 'agents_stage', storage: '10Gi', testData: true,
    site: { host: 'stage.agents.example', tls: 'self-signed', published: { http: 8080, https: 8443 } },
    published: { backend: 8001, postgres: 5433, redis: 6380, prometheus: 9091, grafana: 3001, loki: 3100, jaeger: 16686 },
    replicas: { backend: 2, worker: 1 },
    resources: { program, postgres: { cpu: 1, memory: '1Gi' }, redis: { cpu: '500m', memory: '512Mi' } },
    receivers,
  });
  new AgentPlatform(app, 'prod', {
    targets: on('127.0.0.3'), network: '172.25.128.0/18',
    version: '1.0.0', database: 'agents_prod', storage: '50Gi', backup: Cron.daily('02:00'),
    site: { host: 'agents.example', tls: 'given', published: { http: 80, https: 443 } },
    published: { backend: 8000, postgres: 5432, redis: 6379, prometheus: 9090, grafana: 3000, loki: 3100, jaeger: 16686 },
    replicas: { backend: 3, worker: 2 },
    resources: {
      program: { cpu: { request: '500m', limit: 1 }, memory: '512Mi' },
      postgres: { cpu: { request: 1, limit: 2 }, memory: { request: '2Gi', limit: '2Gi' } },
      redis: { cpu: { request: '250m', limit: 1 }, memory: { request: '1Gi', limit: '1Gi' } },
    },
    receivers,
  });
}
