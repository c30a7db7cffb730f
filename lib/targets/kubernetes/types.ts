import type { k8s } from 'cdk8s-plus-28';

/** As it stands in a file: quantities and ports are strings or numbers there, dates are strings. */
type Plain<T> =
  Same<T, k8s.IntOrString> extends true ? string | number
    : T extends Date ? string
      : T extends readonly (infer E)[] ? readonly Plain<E>[]
        : T extends object ? { readonly [K in keyof T]: Plain<T[K]> }
          : T;

/** Quantities have the same shape. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** A manifest of a built-in kind; parts that every manifest of ours has are there without asking. */
type Manifest<Props> = Plain<Props> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Plain<k8s.ObjectMeta> & { readonly name: string };
} & (Props extends { readonly spec?: infer Spec } ? { readonly spec: Plain<NonNullable<Spec>> } : unknown);

/** `cert-manager.io/v1`. */
interface CertificateProps {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: {
    readonly secretName: string;
    readonly dnsNames: readonly string[];
    readonly issuerRef: { readonly name: string; readonly kind: 'ClusterIssuer' | 'Issuer'; readonly group: string };
    readonly privateKey?: { readonly algorithm?: 'RSA' | 'ECDSA' | 'Ed25519'; readonly size?: number; readonly rotationPolicy?: 'Always' | 'Never' };
  };
}

/** `gateway.networking.k8s.io/v1`. */
interface HttpRouteProps {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string; readonly namespace?: string; readonly sectionName?: string }[];
    readonly hostnames?: readonly string[];
    readonly rules: readonly {
      readonly matches?: readonly { readonly path: { readonly type: 'PathPrefix' | 'Exact'; readonly value: string } }[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
    }[];
  };
}

/** The kinds of manifests that the target makes, by what each is. */
export interface Manifests {
  Certificate: Manifest<CertificateProps>;
  ConfigMap: Manifest<k8s.KubeConfigMapProps>;
  CronJob: Manifest<k8s.KubeCronJobProps>;
  Deployment: Manifest<k8s.KubeDeploymentProps>;
  HTTPRoute: Manifest<HttpRouteProps>;
  HorizontalPodAutoscaler: Manifest<k8s.KubeHorizontalPodAutoscalerV2Props>;
  Ingress: Manifest<k8s.KubeIngressProps>;
  Job: Manifest<k8s.KubeJobProps>;
  Namespace: Manifest<k8s.KubeNamespaceProps>;
  NetworkPolicy: Manifest<k8s.KubeNetworkPolicyProps>;
  PersistentVolumeClaim: Manifest<k8s.KubePersistentVolumeClaimProps>;
  PodDisruptionBudget: Manifest<k8s.KubePodDisruptionBudgetProps>;
  Service: Manifest<k8s.KubeServiceProps>;
  ServiceAccount: Manifest<k8s.KubeServiceAccountProps>;
  StatefulSet: Manifest<k8s.KubeStatefulSetProps>;
}
