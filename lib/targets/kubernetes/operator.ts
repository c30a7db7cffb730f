import type { Document } from '../../core/target';
import type { AlertRules, Metrics } from '../../model';
import { document, metadata, selectorOf, type Context } from './context';
import { within } from './promql';
import { shortened } from './storage';
import type { Metadata } from './types';

/** What answers with metrics, for the cluster's own Prometheus: where there is none, the stack's reads its configuration. */
export function metricsDocuments(metrics: Metrics, context: Context): Document[] {
  const { endpoint, path, params, labels, ...rest } = metrics.spec;
  rest satisfies Record<string, never>;
  const { graph, plan, dialect, operator } = context;
  if (!operator || !plan.hasPods(endpoint.workload)) return [];
  // It says who scrapes and what is scraped. The object may be called that; but the name is the value of a label too.
  const [name, workload] = [shortened(graph.name(metrics)), graph.name(endpoint.workload)];
  const asked = Object.entries(params);
  return [document(context, metrics, 'ServiceMonitor', name, {
    metadata: selected(name, context),
    spec: {
      selector: { matchLabels: selectorOf(workload) },
      endpoints: [{
        port: endpoint.portName,
        path,
        ...(asked.length > 0 ? { params: Object.fromEntries(asked.map(([param, value]) => [param, [dialect.file(value)]])) } : {}),
        relabelings: [
          // A StatefulSet has a second Service, with the same labels.
          { sourceLabels: ['__meta_kubernetes_service_name'], regex: workload, action: 'keep' },
          ...Object.entries(labels).map(([targetLabel, replacement]) => ({ targetLabel, replacement })),
        ],
      }],
    },
  })];
}

export function alertRulesDocuments(alertRules: AlertRules, context: Context): Document[] {
  const { groups, ...rest } = alertRules.spec;
  rest satisfies Record<string, never>;
  if (!context.operator || groups.length === 0) return [];
  const name = shortened(context.graph.name(alertRules));
  const namespace = context.graph.stack.projectName;
  return [document(context, alertRules, 'PrometheusRule', name, {
    metadata: selected(name, context),
    spec: {
      groups: groups.map(group => ({
        name: group.name,
        rules: group.rules.map(rule => ({
          ...rule,
          expr: within(rule.expr, namespace),
          for: `${rule.for}`,
          // Some expressions aggregate it away. The routes of an AlertmanagerConfig take only alerts that carry its namespace.
          labels: { ...rule.labels, namespace },
        })),
      })),
    },
  })];
}

/** With the labels by which the operator picks it. */
function selected(name: string, context: Context): Metadata {
  const { labels, ...rest } = metadata(context, name);
  return { ...rest, labels: { ...labels, ...context.operator?.labels } };
}
