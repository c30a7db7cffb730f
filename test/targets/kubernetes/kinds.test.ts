import { expect, test } from '@jest/globals';
import { k8s } from 'cdk8s-plus-28';
import { GVK } from '../../../lib/targets/kubernetes/types';

const GENERATED = Object.values(k8s).flatMap(object => (typeof object === 'function' && 'GVK' in object ? [(object as { GVK: { apiVersion: string; kind: string } }).GVK] : []));
/** Custom resources: cert-manager, the Gateway API, the Prometheus Operator. */
const CUSTOM = ['Certificate', 'HTTPRoute', 'PrometheusRule', 'ServiceMonitor'];

test.each(Object.values(GVK).filter(({ kind }) => !CUSTOM.includes(kind)))('$kind is of $apiVersion, as the generated objects say', gvk => {
  expect(GENERATED).toContainEqual(gvk);
});
