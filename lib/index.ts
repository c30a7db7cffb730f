import { answerRequestsBy } from './core/request';

export * from './model';
export * from './core';
export { Compose, type ComposeFile, type ComposeProps, type ComposeService } from './targets/compose';
export { Kubernetes, type Expose, type KubernetesProps, type Manifests, type ClusterDns, type PrometheusOperator } from './targets/kubernetes';

// Loaded only when it is asked: a plain synthesis need not wait for it.
// eslint-disable-next-line @typescript-eslint/no-require-imports
answerRequestsBy((app, request) => (require('./cli/answer') as typeof import('./cli/answer')).answer(app, request));
