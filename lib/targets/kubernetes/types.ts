import type { k8s } from 'cdk8s-plus-28';

/** Names that the generated types spell in another way than the API does. */
interface Spelling {
  clientIp: 'clientIP'; clusterIp: 'clusterIP'; downwardApi: 'downwardAPI'; hostIp: 'hostIP'; hostIpc: 'hostIPC'; hostPid: 'hostPID';
  loadBalancerIp: 'loadBalancerIP'; setHostnameAsFqdn: 'setHostnameAsFQDN';
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** What clusters have learnt since the types were generated. */
type Newer<T> = Same<T, k8s.LifecycleHandler> extends true ? { readonly sleep?: { readonly seconds: number } }
  : Same<T, k8s.Lifecycle> extends true ? { readonly stopSignal?: string }
    : unknown;

/** A generated type as it stands in a file: quantities and ports are strings or numbers there, dates are strings. */
export type Plain<T> = T extends unknown ? PlainMember<T> : never;

type PlainMember<T> =
  true extends Same<T, k8s.IntOrString> | Same<T, k8s.Quantity> ? string | number
    : T extends Date ? string
      : T extends readonly (infer E)[] ? readonly Plain<E>[]
        : T extends object ? { readonly [K in keyof T as K extends keyof Spelling ? Spelling[K] : K]: Plain<T[K]> } & Newer<T>
          : T;

/** A manifest of a built-in kind; parts that every manifest of ours has are there without asking. */
type Manifest<Props> = Plain<Omit<Props, 'metadata' | 'spec'>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
} & (Props extends { readonly spec?: infer Spec } ? { readonly spec: Plain<NonNullable<Spec>> } : unknown);

export type Metadata = Plain<k8s.ObjectMeta> & { readonly name: string };
export type Container = Plain<k8s.Container>;
export type PodSpec = Plain<k8s.PodSpec>;
export type PodTemplate = Plain<k8s.PodTemplateSpec>;
export type PodVolume = Plain<k8s.Volume>;
export type ClaimSpec = Plain<k8s.PersistentVolumeClaimSpec>;
export type ServicePort = Plain<k8s.ServicePort>;
export type LabelSelector = Plain<k8s.LabelSelector>;
export type Peer = Plain<k8s.NetworkPolicyPeer>;
export type IngressRule = Plain<k8s.NetworkPolicyIngressRule>;
export type EgressRule = Plain<k8s.NetworkPolicyEgressRule>;

/** `cert-manager.io/v1`. */
interface CertificateProps {
  readonly spec: {
    readonly secretName: string;
    readonly dnsNames: readonly string[];
    readonly issuerRef: { readonly name: string; readonly kind: 'ClusterIssuer' | 'Issuer'; readonly group: string };
    readonly privateKey?: { readonly algorithm?: 'RSA' | 'ECDSA' | 'Ed25519'; readonly size?: number; readonly rotationPolicy?: 'Always' | 'Never' };
  };
}

/** `gateway.networking.k8s.io/v1`. */
interface HttpRouteProps {
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches?: readonly { readonly path: { readonly type: 'PathPrefix' | 'Exact'; readonly value: string } }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/** `monitoring.coreos.com/v1`. */
interface ServiceMonitorProps {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly endpoints: readonly {
      readonly port: string;
      readonly path: string;
      readonly params?: Readonly<Record<string, readonly string[]>>;
      readonly relabelings?: readonly { readonly sourceLabels?: readonly string[]; readonly regex?: string; readonly action?: 'keep' | 'replace'; readonly targetLabel?: string; readonly replacement?: string }[];
    }[];
  };
}

/** `monitoring.coreos.com/v1`. */
interface PrometheusRuleProps {
  readonly spec: {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly {
        readonly alert: string; readonly expr: string; readonly for: string;
        readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>>;
      }[];
    }[];
  };
}

/** The kinds of manifests that the target makes, by what each is. */
export interface Manifests {
  /** `cert-manager.io/v1`: for a certificate by ACME. */
  Certificate: Manifest<CertificateProps>;
  /** `v1`: for a config. */
  ConfigMap: Manifest<k8s.KubeConfigMapProps>;
  /** `batch/v1`: for a workload on a schedule, or when asked. */
  CronJob: Manifest<k8s.KubeCronJobProps>;
  /** `apps/v1`: for a service. */
  Deployment: Manifest<k8s.KubeDeploymentProps>;
  /** `gateway.networking.k8s.io/v1`: for a public route at a Gateway. */
  HTTPRoute: Manifest<HttpRouteProps>;
  /** `autoscaling/v2`: for a service whose `replicas` are a span. */
  HorizontalPodAutoscaler: Manifest<k8s.KubeHorizontalPodAutoscalerV2Props>;
  /** `networking.k8s.io/v1`: for a public route. */
  Ingress: Manifest<k8s.KubeIngressProps>;
  /** `batch/v1`: for a workload once per release. */
  Job: Manifest<k8s.KubeJobProps>;
  /** `v1`: for the stack. */
  Namespace: Manifest<Pick<k8s.KubeNamespaceProps, 'metadata'>>;
  /** `networking.k8s.io/v1`: for whom a workload calls, and who calls it. */
  NetworkPolicy: Manifest<k8s.KubeNetworkPolicyProps>;
  /** `v1`: for a volume that no service has for itself. */
  PersistentVolumeClaim: Manifest<k8s.KubePersistentVolumeClaimProps>;
  /** `policy/v1`: for a service of several replicas. */
  PodDisruptionBudget: Manifest<k8s.KubePodDisruptionBudgetProps>;
  /** `monitoring.coreos.com/v1`: for alert rules, with the Prometheus Operator. */
  PrometheusRule: Manifest<PrometheusRuleProps>;
  /** `v1`: for the ports of a workload, or its public routes. */
  Service: Manifest<k8s.KubeServiceProps>;
  /** `v1`: for a workload. */
  ServiceAccount: Manifest<k8s.KubeServiceAccountProps>;
  /** `monitoring.coreos.com/v1`: for metrics, with the Prometheus Operator. */
  ServiceMonitor: Manifest<ServiceMonitorProps>;
  /** `apps/v1`: for a service with a volume of its own. */
  StatefulSet: Manifest<k8s.KubeStatefulSetProps>;
}

/**
 * Where each kind belongs in the API, as the generated objects say it (a test compares them). Their own `manifest()` adds
 * nothing else, and copies each field several times; loading them would take longer than a whole synthesis.
 */
export const GVK: { readonly [K in keyof Manifests]: { readonly apiVersion: string; readonly kind: K } } = {
  Certificate: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap' },
  CronJob: { apiVersion: 'batch/v1', kind: 'CronJob' },
  Deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  HTTPRoute: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  HorizontalPodAutoscaler: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  Ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  Job: { apiVersion: 'batch/v1', kind: 'Job' },
  Namespace: { apiVersion: 'v1', kind: 'Namespace' },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  PersistentVolumeClaim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  PodDisruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  PrometheusRule: { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule' },
  Service: { apiVersion: 'v1', kind: 'Service' },
  ServiceAccount: { apiVersion: 'v1', kind: 'ServiceAccount' },
  ServiceMonitor: { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' },
  StatefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet' },
};
