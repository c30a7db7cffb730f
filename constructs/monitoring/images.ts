import { Image } from '../../lib/model';

const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Pinned, with the users of their makers' Dockerfiles. Those of Prometheus have busybox. Those of nginx' exporter and of
 * Loki hold one program and nothing else.
 */
export const IMAGES = {
  prometheus: Image.registry('prom/prometheus:v3.15.0', { user: NOBODY, tools: ['wget', 'nc', 'shell'], folders: ['/prometheus'] }),
  alertmanager: Image.registry('prom/alertmanager:v0.34.1', { user: NOBODY, tools: ['wget', 'nc', 'shell'], folders: ['/alertmanager'] }),
  blackbox: Image.registry('prom/blackbox-exporter:v0.28.0', { user: NOBODY, tools: ['wget', 'nc', 'shell'] }),
  host: Image.registry('prom/node-exporter:v1.12.0', { user: NOBODY, tools: ['wget', 'nc', 'shell'] }),
  postgres: Image.registry('quay.io/prometheuscommunity/postgres-exporter:v0.19.1', { user: NOBODY, tools: ['wget', 'nc', 'shell'] }),
  redis: Image.registry('oliver006/redis_exporter:v1.89.0-alpine', { user: { uid: 59000, gid: 59000 }, tools: ['wget', 'nc', 'shell'] }),
  nginx: Image.registry('nginx/nginx-prometheus-exporter:1.5.3', { user: { uid: 1001, gid: 1001 } }),
  grafana: Image.registry('grafana/grafana:13.3.0', { user: { uid: 472, gid: 472 }, tools: ['curl', 'wget', 'shell'], folders: ['/var/lib/grafana'] }),
  loki: Image.registry('grafana/loki:3.7.8', { user: { uid: 10001, gid: 10001 }, folders: ['/loki'] }),
  alloy: Image.registry('grafana/alloy:v1.19.2', { user: { uid: 473, gid: 473 }, tools: ['bash', 'shell'], folders: ['/var/lib/alloy'] }),
  jaeger: Image.registry('jaegertracing/jaeger:2.19.0', { user: { uid: 10001, gid: 10001 }, tools: ['wget', 'nc', 'shell'] }),
} as const;
