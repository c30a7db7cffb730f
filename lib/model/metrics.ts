import type { Construct } from 'constructs';
import type { Duration } from './duration';
import type { Endpoint } from './endpoint';
import { Primitive } from './primitive';
import { Text, type TextLike } from './text';

/** What a {@link Metrics} is made of. */
export interface MetricsProps {
  /** Where it answers. */
  readonly endpoint: Endpoint;
  /** Where the metrics are. Default: `/metrics`. */
  readonly path?: string;
  /** What is asked for: the module and the target of a black-box exporter. Default: nothing. */
  readonly params?: Readonly<Record<string, TextLike>>;
  /** Labels of every sample, `job` and `service` among them. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What a {@link Metrics} asks for, as targets read it. Each field is that of {@link MetricsProps}. */
export interface MetricsSpec {
  endpoint: Endpoint;
  path: string;
  params: Record<string, Text>;
  labels: Record<string, string>;
}

/**
 * Says that an endpoint answers with metrics in Prometheus' format, to whoever watches from outside of the stack. What
 * watches within it reads its own configuration.
 *
 * Compose: nothing. Kubernetes: a ServiceMonitor, where the target is told of a Prometheus Operator.
 */
export class Metrics extends Primitive<'metrics', MetricsSpec> {
  constructor(scope: Construct, id: string, { endpoint, path = '/metrics', params = {}, labels }: MetricsProps) {
    super(scope, id, 'metrics', { endpoint, path, labels: { ...labels }, params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Text.of(value)])) });
  }
}

/** An alert rule of Prometheus. */
export interface AlertRule {
  /** Its name: `ServiceDown`. */
  readonly alert: string;
  /** PromQL. */
  readonly expr: string;
  /** How long it must hold. */
  readonly for: Duration;
  /** What Alertmanager routes by: `severity`. */
  readonly labels: Readonly<Record<string, string>>;
  /** What people are told: `summary`. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What an {@link AlertRules} asks for. */
export interface AlertRulesSpec {
  /** Those of a group are evaluated together, in their order. */
  groups: { readonly name: string; readonly rules: readonly AlertRule[] }[];
}

/** Alert rules for whoever watches from outside of the stack. Compose: nothing. Kubernetes: a PrometheusRule, as for {@link Metrics}. */
export class AlertRules extends Primitive<'alert-rules', AlertRulesSpec> {
  constructor(scope: Construct, id: string, spec: AlertRulesSpec) {
    super(scope, id, 'alert-rules', spec);
  }
}
