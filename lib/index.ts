export * from './model';
export * from './core';
export { Compose, type ComposeFile, type ComposeProps, type ComposeService } from './targets/compose';
export { Kubernetes, type Expose, type KubernetesProps, type Manifests, type ClusterDns, type PrometheusOperator } from './targets/kubernetes';
