import { imageOf } from '../../core/registry';
import type { Text, User, Workload } from '../../model';
import type { Context } from './context';
import { Variables } from './dialect';
import { resourcesOf } from './quantities';
import { mountsOf, type PodParts } from './storage';
import type { Container } from './types';

/** What a container does: the work of its workload, or another command in the same surroundings. */
export interface Doing {
  readonly name: string;
  readonly command: readonly Text[] | undefined;
  readonly args: readonly Text[] | undefined;
}

/** A container with a workload's image, environment, mounts and limits. `podUser` is who the pod runs as otherwise. */
export function containerOf(workload: Workload, { name, command, args }: Doing, podUser: User, parts: PodParts, context: Context): Container {
  const { image, workingDirectory, env, resources, user, loosened } = workload.spec;
  const { dialect, registry } = context;
  const variables = new Variables(dialect, Object.keys(env));
  const words = (texts: readonly Text[]) => texts.map(text => dialect.value(text, variables));
  // What is spelled first says which variables must be declared.
  const commandLine = { ...(command ? { command: words(command) } : {}), ...(args ? { args: words(args) } : {}) };
  const values = Object.entries(env).map(([variable, text]) => variableOf(variable, text, variables, context));
  const environment = [...variables.declarations(), ...values];
  const volumeMounts = mountsOf(workload, name, parts, context);
  return {
    name,
    image: imageOf(image, registry),
    imagePullPolicy: 'IfNotPresent',
    ...commandLine,
    ...(workingDirectory ? { workingDir: workingDirectory } : {}),
    ...(environment.length > 0 ? { env: environment } : {}),
    resources: resourcesOf(resources),
    securityContext: {
      ...(user!.uid === podUser.uid && user!.gid === podUser.gid ? {} : { runAsUser: user!.uid, runAsGroup: user!.gid }),
      ...hardening(loosened),
    },
    ...(volumeMounts.length > 0 ? { volumeMounts } : {}),
  };
}

/** A variable that is nothing but a secret's value is read from there; a longer text puts together what was declared before. */
function variableOf(name: string, text: Text, variables: Variables, { dialect }: Context): NonNullable<Container['env']>[number] {
  const [only, ...others] = text.parts;
  if (only !== undefined && typeof only !== 'string' && only.kind === 'secret' && others.length === 0) return dialect.fromSecret(name, only.key);
  return { name, value: dialect.value(text, variables) };
}

/** As Pod Security "restricted" wants it, and a root file system that nobody writes to. */
function hardening({ writableRoot = false, capabilities = [], accepted: _accepted, ...rest }: Workload['spec']['loosened']): NonNullable<Container['securityContext']> {
  rest satisfies Record<string, never>;
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], ...(capabilities.length > 0 ? { add: [...capabilities] } : {}) },
    readOnlyRootFilesystem: !writableRoot,
  };
}
