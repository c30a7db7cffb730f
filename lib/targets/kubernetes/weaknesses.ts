import type { Container, Manifests, PodSpec } from './types';

const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** Safeguards that a manifest lacks, in words. All of ours have them, but for what the program loosened. */
export function kubernetesWeaknesses(kind: string, manifest: object): string[] {
  if (kind === 'Namespace') {
    return (manifest as Manifests['Namespace']).metadata?.labels?.[ENFORCE] === 'restricted' ? [] : ['the namespace takes pods that Pod Security "restricted" would refuse'];
  }
  const pod = podIn(kind, manifest);
  return pod ? [...podWeaknesses(pod)] : [];
}

/** The pods that a manifest makes, if it makes any; a patch may have left out whatever there was. */
function podIn(kind: string, manifest: object): Partial<PodSpec> | undefined {
  const { spec } = manifest as { readonly spec?: { readonly template?: { readonly spec?: PodSpec }; readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } } } };
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job': return spec?.template?.spec;
    case 'CronJob': return spec?.jobTemplate?.spec?.template?.spec;
    default: return undefined;
  }
}

function* podWeaknesses(pod: Partial<PodSpec>): Iterable<string> {
  if (pod.hostNetwork) yield 'it shares the network of the node';
  if (pod.hostPID) yield 'it shares the processes of the node';
  if (pod.hostIPC) yield 'it shares the shared memory of the node';
  for (const { hostPath } of pod.volumes ?? []) if (hostPath) yield `it sees ${hostPath.path} of the node`;
  for (const container of [...pod.initContainers ?? [], ...pod.containers ?? []]) yield* containerWeaknesses(container, pod.securityContext ?? {});
}

function* containerWeaknesses({ ports = [], securityContext: own = {} }: Container, pod: NonNullable<PodSpec['securityContext']>): Iterable<string> {
  if (own.privileged) yield 'it is privileged: root on the node';
  const user = own.runAsUser ?? pod.runAsUser;
  if (user === 0) yield 'it runs as root';
  else if (user === undefined && !(own.runAsNonRoot ?? pod.runAsNonRoot)) yield 'it runs as whatever user the image names';
  if ((own.runAsGroup ?? pod.runAsGroup) === 0) yield "it runs in root's group";
  if (!own.capabilities?.drop?.includes('ALL')) yield 'it has the capabilities that the runtime gives to everybody';
  for (const capability of own.capabilities?.add ?? []) yield `it has the capability ${capability}`;
  if (own.allowPrivilegeEscalation !== false) yield 'its processes can gain rights';
  const profile = (own.seccompProfile ?? pod.seccompProfile)?.type;
  if (profile === undefined || profile === 'Unconfined') yield 'every call of the kernel is open to it (no seccomp profile)';
  if (!own.readOnlyRootFilesystem) yield 'its root file system can be written to';
  if (ports.some(({ hostPort }) => hostPort)) yield 'it listens on a port of the node';
}
