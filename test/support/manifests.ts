import Ajv, { type ValidateFunction } from 'ajv';
import schemas from './kubernetes-schemas/v1.36.json';

/** Kinds that no cluster has by itself; their schemas are their makers'. */
const CUSTOM = ['cert-manager.io/v1/Certificate', 'gateway.networking.k8s.io/v1/HTTPRoute'];

const validators = new Map<string, ValidateFunction>();

/** What the schema of Kubernetes 1.36 says against a manifest, strictly: unknown fields too. Nothing, where it is valid. */
export function manifestErrors(manifest: object): string[] {
  const { apiVersion, kind, metadata } = manifest as { apiVersion?: string; kind?: string; metadata?: { name?: string } };
  const id = `${apiVersion}/${kind}`;
  const at = `${kind}/${metadata?.name}`;
  const nothing = [...undefinedIn(manifest, '')].map(path => `${at} ${path} is undefined`);
  if (CUSTOM.includes(id)) return nothing;
  const schema = (schemas.kinds as Record<string, object>)[id];
  if (!schema) return [`${at}: no schema for ${id}`];
  let validate = validators.get(id);
  if (!validate) validators.set(id, (validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({ ...schema, definitions: schemas.definitions })));
  validate(manifest);
  return [...nothing, ...(validate.errors ?? []).map(({ instancePath, message, params }) => `${at} ${instancePath || '/'} ${message} ${params['additionalProperty'] ?? ''}`.trim())];
}

/** Fields without a value, which the schema would not see. */
function* undefinedIn(value: unknown, path: string): Iterable<string> {
  if (value === undefined) yield path;
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) yield* undefinedIn(inner, `${path}/${key}`);
}

interface SecurityContext {
  readonly privileged?: boolean; readonly allowPrivilegeEscalation?: boolean; readonly runAsNonRoot?: boolean; readonly runAsUser?: number; readonly procMount?: string;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type: string }; readonly seLinuxOptions?: object; readonly sysctls?: readonly { readonly name: string }[];
}
interface Probe { readonly httpGet?: { readonly host?: string }; readonly tcpSocket?: { readonly host?: string }; readonly periodSeconds?: number; readonly failureThreshold?: number }
export interface PodContainer {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string; readonly readOnly?: boolean }[];
  readonly ports?: readonly { readonly hostPort?: number; readonly containerPort: number }[];
  readonly securityContext?: SecurityContext;
  readonly startupProbe?: Probe; readonly readinessProbe?: Probe; readonly livenessProbe?: Probe;
}
export interface Pod {
  readonly containers: readonly PodContainer[];
  readonly initContainers?: readonly PodContainer[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: SecurityContext;
  readonly affinity?: object;
  readonly hostNetwork?: boolean; readonly hostPID?: boolean; readonly hostIPC?: boolean;
}

/** The pod that a manifest makes, if it makes any. */
export function podIn(manifest: object): Pod | undefined {
  const { kind, spec } = manifest as { kind?: string; spec?: { template?: { spec: Pod }; jobTemplate?: { spec: { template: { spec: Pod } } } } };
  return kind === 'CronJob' ? spec?.jobTemplate?.spec.template.spec : spec?.template?.spec;
}

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const SYSCTLS = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range'];

/**
 * What a namespace that enforces Pod Security "restricted" would refuse.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityErrors({ containers, initContainers = [], volumes = [], securityContext: pod = {}, hostNetwork, hostPID, hostIPC }: Pod): string[] {
  const errors: string[] = [];
  const expect = (isSo: boolean, what: string) => { if (!isSo) errors.push(what); };
  expect(!hostNetwork && !hostPID && !hostIPC, 'host namespaces');
  expect((pod.sysctls ?? []).every(({ name }) => SYSCTLS.includes(name)), 'sysctls');
  expect(pod.seLinuxOptions === undefined, 'seLinuxOptions');
  for (const { name, ...source } of volumes) expect(Object.keys(source).every(kind => VOLUMES.includes(kind)), `volume ${String(name)}`);
  for (const { name, ports = [], securityContext: own = {}, startupProbe, readinessProbe, livenessProbe } of [...initContainers, ...containers]) {
    const user = own.runAsUser ?? pod.runAsUser;
    expect(!own.privileged, `${name}: privileged`);
    expect(own.procMount === undefined || own.procMount === 'Default', `${name}: procMount`);
    expect(own.allowPrivilegeEscalation === false, `${name}: allowPrivilegeEscalation`);
    expect(own.runAsNonRoot ?? pod.runAsNonRoot ?? false, `${name}: runAsNonRoot`);
    expect(user !== undefined && user > 0, `${name}: runAsUser`);
    expect(['RuntimeDefault', 'Localhost'].includes((own.seccompProfile ?? pod.seccompProfile)?.type ?? ''), `${name}: seccompProfile`);
    expect(own.capabilities?.drop?.includes('ALL') ?? false, `${name}: capabilities.drop`);
    expect((own.capabilities?.add ?? []).every(capability => capability === 'NET_BIND_SERVICE'), `${name}: capabilities.add`);
    expect(ports.every(({ hostPort }) => hostPort === undefined), `${name}: hostPort`);
    expect([startupProbe, readinessProbe, livenessProbe].every(probe => !probe?.httpGet?.host && !probe?.tcpSocket?.host), `${name}: host of a probe`);
  }
  return errors;
}
