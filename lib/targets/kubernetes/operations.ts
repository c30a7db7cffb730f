import { ownerOf, secretKeysOf, secretOf, type Graph } from '../../core/graph';
import { codes, newPair, newValue, shell, words, type Operations } from '../../core/operations';
import { imageOf } from '../../core/registry';
import { clusterSecrets } from '../../core/secrets/inventory';
import type { Document } from '../../core/target';
import type { Action, Certificate, Volume, Workload } from '../../model';
import { buildCommands } from './images';
import { templateIn } from './reach';
import type { Manifests } from './types';

const LASTING: Readonly<Record<string, string>> = { Deployment: 'deployment', StatefulSet: 'statefulset' };
const WORKLOADS = [...Object.keys(LASTING), 'Job', 'CronJob'];

const LOGS = 'kubectl logs --selector=app.kubernetes.io/name=SERVICE --all-containers --prefix --tail=100';

/** How people operate the manifests of a namespace with kubectl. */
export function kubernetesOperations(graph: Graph, documents: readonly Document[], registry: string | undefined, pullSecrets: readonly string[]): Operations {
  const { stack, stack: { projectName: namespace } } = graph;
  const folder = `dist/${stack.node.path}/kubernetes`;
  const speller = new Speller(graph, documents, folder);
  const claims = new Set(documents.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ source }) => source));
  const lasting = graph.workloads.flatMap(workload => speller.lasting(workload) ?? []);
  const hasSecrets = clusterSecrets(graph).length > 0;
  const publicPorts = graph.routes.filter(({ spec }) => spec.reach === 'public');
  const kinds = new Set(documents.map(({ kind }) => kind));
  const jobs = speller.jobs(graph.workloads);
  const awaited = speller.jobsBefore(graph.workloads);
  const readers = jobs.filter(job => secretKeysOf(job).length > 0 || job.spec.mounts.some(mount => secretOf(mount)));
  const apply = [
    ...(hasSecrets ? [`kubectl apply --server-side -f ${folder}/00-namespace.yaml`, `npx compose8s secrets kubernetes ${stack.node.path} | kubectl apply --server-side -f -`] : []),
    `kubectl apply --server-side -f ${folder}`,
  ];
  return {
    place: 'cluster',
    about: `This folder holds the manifests of the namespace \`${namespace}\`. Before anything else: \`kubectl config set-context --current --namespace ${namespace}\`; the commands below take that for granted.`,
    needs: [
      'Kubernetes 1.30 or newer, and a network plugin that enforces NetworkPolicies: without one, everybody can reach everybody.',
      'A quota for the namespace, if there is one, must allow the sums above; a node must have room for the largest pod.',
      ...companions(documents).map(names => `One node must have room for ${codes(names)} together: they share storage that one node at a time can have.`),
      ...(claims.size > 0 || kinds.has('StatefulSet') ? ['A default StorageClass, where a volume names none.'] : []),
      ...(publicPorts.length > 0 && kinds.has('Service') ? [`A way in for ${codes([...new Set(publicPorts.map(({ spec }) => `${spec.published}`))])}: ${wayIn(kinds)}.`] : []),
      ...certificateNeeds(documents, kinds),
      ...(pullSecrets.length > 0 ? [`The ${pullSecrets.length > 1 ? 'Secrets' : 'Secret'} ${codes(pullSecrets)} in the namespace, by which nodes pull images: \`kubectl create secret docker-registry ${pullSecrets[0]} --docker-server=REGISTRY --docker-username=USER --docker-password="$(cat TOKEN)"\`.`] : []),
      ...(kinds.has('HorizontalPodAutoscaler') ? ['The Metrics Server, for scaling by the use of CPU.'] : []),
    ],
    firstStart: `In the project:

${shell(
  ...(graph.secrets.length > 0 ? [`npx compose8s secrets init ${stack.node.path}`] : []),
  ...buildCommands(graph, folder, registry).flatMap(line => line.split(' && ')),
  ...apply,
  ...lasting.map(name => `kubectl --namespace ${namespace} rollout status ${name}`),
)}

\`rollout status\` returns when all pods are ready; if it does not, see
[when something does not start](#when-something-does-not-start).`,
    health: `${shell(
      ['kubectl get pods', 'what runs, what is ready, how often it was started'],
      ['kubectl get events --sort-by=.lastTimestamp', 'what the cluster did last, and what it could not do'],
      ['kubectl top pods', 'processors and memory, where the cluster measures them'],
      LOGS,
    )}

Ready means that the pod's own readiness check passes; only ready pods get traffic. The cluster starts a container anew when
its program ends, or when its liveness check fails.`,
    upgrade: `In the project, with the new version, whose guide names its own images:

${shell(...buildCommands(graph, folder, registry).flatMap(line => line.split(' && ')), ...apply)}

New pods replace old ones only as they become ready. What the new version no longer has stays, and is deleted by hand.
Keep the former folder: it is the way back.`,
    rollBack: `To go back, apply the former version of this folder: \`kubectl apply --server-side -f\` and its path. \`kubectl rollout undo\` alone
would bring back the former pods without their configuration.`,
    secrets: !hasSecrets ? '' : `They are Secrets of these names in the namespace; no manifest here contains one. Their values are read-only files in the project.
To change one, give it another file, apply them all, and start what uses it anew. Do it where all values of the cluster are: what is
missing would be made anew, and take the place of what the cluster has.

${shell(...newValue(stack.node.path), [`npx compose8s secrets init ${stack.node.path}`, 'makes what is missing'], `npx compose8s secrets kubernetes ${stack.node.path} | kubectl apply --server-side -f -`, 'kubectl rollout restart deployment,statefulset --selector=app.kubernetes.io/name=SERVICE')}

Restart what takes the value first, then what uses it: a database takes the password of the Secret as it starts.${readers.length > 0 ? `

No restart does the work of the release again. Where ${codes(readers.map(job => graph.name(job)))} ${readers.length > 1 ? 'hand' : 'hands'} a changed value on, such as a password that it gives
to a role, have that done once more before what uses it is restarted:

${shell(...speller.redo(readers))}` : ''}`,
    addressOf: ({ spec: { published } }) => `localhost:${published}`,
    open: ({ spec: { to, published, protocol } }) => `\`kubectl port-forward ${speller.lasting(to.workload) ?? graph.name(to.workload)} ${published}:${to.port}\`, then \`${protocol === 'tcp' ? `127.0.0.1:${published}` : `${protocol}://localhost:${published}/`}\`: \`${graph.name(to.workload)}\``,
    certificate: certificate => renewal(graph, certificate, speller),
    byHand: 'A Job keeps its name: a second run by hand needs another name (`backup-now-2`), or `kubectl delete job NAME` first. `jq` must be\ninstalled. What a run says: `kubectl logs --follow job/NAME`, once it runs.',
    trouble: {
      look: shell(
        ['kubectl get pods', 'the column STATUS is the sign below'],
        ['kubectl describe pod --selector=app.kubernetes.io/name=SERVICE', 'its end says why'],
        ['kubectl logs --previous POD', 'the last words of the container before'],
        LOGS,
      ),
      signs: [
        ['`Pending`', 'no node has room for its requests, or its claim has no storage: `kubectl describe pod`, `kubectl get persistentvolumeclaims`'],
        ['`ImagePullBackOff`, `ErrImagePull`', `the image was not pushed, or the cluster may not pull it from the registry${pullSecrets.length > 0 ? `: \`kubectl get secret ${pullSecrets.join(' ')}\`` : ''}`],
        ...(hasSecrets ? [['`CreateContainerConfigError`; `FailedMount` of a secret', `a Secret is not there: \`npx compose8s secrets kubernetes ${stack.node.path} | kubectl apply --server-side -f -\``] as const] : []),
        ['`Init:…`', 'it waits for work that must be done first, or does it: `kubectl logs POD --all-containers`, and see the list below'],
        ...(awaited.length > 0 ? [[`\`Init:…\`, though ${codes(awaited.map(job => graph.name(job)))} ended well, or ${awaited.length > 1 ? 'are' : 'is'} gone`, `the data is older than that work, as after a restore, and no Job runs twice: ${speller.redo(awaited).map(line => `\`${line}\``).join(', then ')}`] as const] : []),
        ...jobs.map(job => [`\`${graph.name(job)}\` has failed`, `it gave up after its tries, and stays so: mend the cause, \`kubectl delete job ${selectorOf([graph.name(job)])}\`, and apply the folder again`] as const),
        ['`CrashLoopBackOff`', 'its program ends: `kubectl logs --previous POD`. At a first start this may pass, while what it needs is starting too'],
        ['`OOMKilled`, exit code 137', 'it used more memory than its limit'],
        ['`Running`, but `0/1` ready', 'its readiness check fails: `kubectl describe pod` shows the answer; look at what it needs'],
        ['no pods at all', 'they were refused: `kubectl get events`, and look for the quota or for Pod Security'],
        ['time-outs between pods', 'a NetworkPolicy allows only the arrows of the picture; names need the cluster\'s DNS in `kube-system`'],
      ],
    },
    imageOf: ({ spec: { image } }) => imageOf(image, registry),
    has: workload => speller.has(workload),
    kindOf: workload => speller.kindOf(workload),
    lasts: () => 'always',
    replicasOf: workload => replicasOf(workload, speller),
    keeps: volume => keeps(graph, volume, claims, speller),
    spell: action => speller.spell(action),
  };
}

/** The names of those whose pods are on one node. */
function companions(documents: readonly Document[]): string[][] {
  const groups = documents.flatMap(document => templateIn(document)?.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
    .flatMap(({ labelSelector }) => labelSelector?.matchExpressions?.flatMap(({ values }) => (values ? [values] : [])) ?? []);
  return [...new Map(groups.map(names => [names.join(), [...names]])).values()];
}

/** Where a controller serves the names, it leads an authority that asks by HTTP to cert-manager; a load balancer of the stack's own does not. */
function certificateNeeds(documents: readonly Document[], kinds: ReadonlySet<string>): string[] {
  const issuers = new Set(documents.flatMap(({ kind, body }) => {
    if (kind === 'Certificate') return [(body as Manifests['Certificate']).spec.issuerRef.name];
    return kind === 'Ingress' ? (body as Manifests['Ingress']).metadata?.annotations?.['cert-manager.io/cluster-issuer'] ?? [] : [];
  }));
  if (issuers.size === 0) return [];
  return [`cert-manager, with the ClusterIssuer ${codes([...issuers])}${kinds.has('Ingress') || kinds.has('HTTPRoute') ? '' : ', which proves names by DNS-01: they lead to the load balancer of the stack'}.`];
}

function wayIn(kinds: ReadonlySet<string>): string {
  const ways = [...(kinds.has('Ingress') ? ['an Ingress controller'] : []), ...(kinds.has('HTTPRoute') ? ['a Gateway'] : [])];
  return (ways.length > 0 ? ways : ['load balancers, which the cluster or its provider makes']).join(' and ');
}

function renewal(graph: Graph, certificate: Certificate, speller: Speller): string {
  const { source, secret } = certificate.spec;
  const users = graph.workloads.filter(({ spec: { mounts } }) => mounts.some(mount => 'certificate' in mount && mount.certificate === certificate)).flatMap(user => speller.lasting(user) ?? []);
  switch (source.kind) {
    case 'acme': return `cert-manager asks the issuer \`${source.issuer}\` for it, and renews it. Where it does not:

${shell(`kubectl describe certificate ${graph.name(certificate)}`, 'kubectl get certificaterequests,orders,challenges')}`;
    case 'given': return `Given by a person, who must also replace it before it ends: nothing here renews it. In the project, with the new one
and its chain in \`new.crt\`, and its key in \`new.key\` (the files are read-only, and others take their place):

${shell(...newPair(`secrets/${graph.stack.node.path}/${graph.name(secret!)}`), `npx compose8s secrets kubernetes ${graph.stack.node.path} | kubectl apply --server-side -f -`, ...users.map(user => `kubectl rollout restart ${user}`))}`;
    case 'self-signed': return `Made by \`npx compose8s secrets init ${graph.stack.node.path}\`, and known to no browser. Remove its two files from the folder \`${graph.name(secret!)}\` of
the project's secrets, run the same command, then:

${shell(`npx compose8s secrets kubernetes ${graph.stack.node.path} | kubectl apply --server-side -f -`, ...users.map(user => `kubectl rollout restart ${user}`))}`;
  }
}

function replicasOf(workload: Workload, speller: Speller): readonly [number, number] {
  const { runs } = workload.spec;
  if (runs.kind !== 'service' || !speller.lasting(workload)) return [0, 0];
  return typeof runs.replicas === 'number' ? [runs.replicas, runs.replicas] : [runs.replicas.min, runs.replicas.max];
}

function keeps(graph: Graph, volume: Volume, claims: ReadonlySet<object>, speller: Speller): boolean {
  if (claims.has(volume)) return true;
  const owner = ownerOf(graph, volume);
  return owner !== undefined && speller.kindOf(owner) === 'StatefulSet';
}

/** The kubectl of an action, with the names that the manifests have. */
class Speller {
  private readonly own = new Map<unknown, Document>();

  constructor(private readonly graph: Graph, documents: readonly Document[], private readonly folder: string) {
    for (const document of documents) if (WORKLOADS.includes(document.kind)) this.own.set(document.source, document);
  }

  kindOf(workload: Workload): string {
    const { runs, standsInFor } = workload.spec;
    const kind = this.own.get(workload)?.kind;
    if (kind) return runs.kind === 'task' && kind === 'CronJob' ? 'CronJob, suspended' : kind;
    return standsInFor ? 'not here: the cluster does it' : 'init container';
  }

  has(workload: Workload): boolean {
    return this.own.has(workload);
  }

  /** `deployment/web`, of one that runs until it is stopped. */
  lasting(workload: Workload): string | undefined {
    const document = this.own.get(workload);
    return document && LASTING[document.kind] ? `${LASTING[document.kind]}/${document.name}` : undefined;
  }

  spell(action: Action): readonly string[] {
    switch (action.do) {
      case 'run': return this.runByHand(action);
      case 'follow': return [`kubectl logs --follow job/${action.run}`];
      case 'execute': return [`kubectl exec --stdin --tty ${this.nameOf(action.in)} -- ${words(action.command)}`];
      case 'logs': return [action.ended ? 'kubectl logs --previous POD' : `kubectl logs ${this.selectorOf(action.of)} --tail=100`];
      case 'status': return [`kubectl get pods ${this.selectorOf(action.of)}`];
      case 'redo': return this.redo([action.of]);
      // The cluster waits longer before each start of a container that ends; of a new pod it starts at once.
      case 'start':
      case 'restart': return [`kubectl rollout restart deployment,statefulset ${this.selectorOf(action.of)}`];
      case 'stop-callers': return this.callersOf(action).flatMap(({ workload, name }) => [
        ...(name === undefined ? [this.suspend(workload, true), `kubectl delete job ${this.selectorOf(workload)}`] : [`kubectl scale ${name} --replicas=0`]),
        `kubectl wait --for=delete pod ${this.selectorOf(workload)} --timeout=5m`,
      ]);
      case 'start-callers': {
        const callers = this.callersOf(action);
        return [
          ...this.redo(this.jobsBefore(callers.map(({ workload }) => workload))),
          ...callers.map(({ workload, name }) => (name === undefined ? this.suspend(workload, false) : `kubectl scale ${name} --replicas=${replicasOf(workload, this)[0]}`)),
        ];
      }
      case 'empty': {
        const name = this.nameOf(action.of);
        // Returns when the pod is gone, which keeps its claims until then.
        const remove = this.claimsOf(action.of).map(claim => `kubectl delete persistentvolumeclaim ${claim}`);
        // Work that found no database has given up by then, and what waits for it would wait for ever.
        const callers = this.graph.edgesTo(action.of).map(({ from }) => from);
        const work = [...new Set([...this.jobs(callers), ...this.jobsBefore(callers)])];
        return [`kubectl scale ${name} --replicas=0`, ...remove, `kubectl scale ${name} --replicas=${replicasOf(action.of, this)[0]}`, ...this.redo(work)];
      }
      case 'disk': return ['kubectl get persistentvolumeclaims'];
    }
  }

  jobs(workloads: readonly Workload[]): Workload[] {
    return workloads.filter(workload => this.own.get(workload)?.kind === 'Job');
  }

  /** A Job that has ended stays so until it is gone. Nothing else is applied: what stands beside it in the files may be stopped. */
  redo(jobs: readonly (Workload | string)[]): readonly string[] {
    if (jobs.length === 0) return [];
    const selector = selectorOf(jobs.map(job => (typeof job === 'string' ? job : this.graph.name(job))));
    return [`kubectl delete job ${selector}`, `kubectl apply --server-side -f ${this.folder} ${selector}`];
  }

  /** The Jobs that they wait for, and those that these wait for. */
  jobsBefore(workloads: readonly Workload[]): Workload[] {
    const before = new Set<Workload>();
    const visit = (workload: Workload) => {
      for (const { on, until } of this.graph.waits(workload)) {
        if (until !== 'completed' || before.has(on)) continue;
        visit(on);
        before.add(on);
      }
    };
    workloads.forEach(visit);
    return this.jobs([...before]);
  }

  /** A Job like those that the CronJob makes. */
  private runByHand({ workload, args, as, input }: Extract<Action, { do: 'run' }>): string[] {
    const create = `kubectl create job ${as} --from=cronjob/${this.own.get(workload)?.name ?? this.graph.name(workload)}`;
    if (!args && input === undefined) return [create];
    const container = '.spec.template.spec.containers[0]';
    const changes = [
      ...(args ? [`${container}.args = [${args.map(word => JSON.stringify(word)).join(', ')}]`] : []),
      // A second try would wait for an input of its own.
      ...(input === undefined ? [] : [`${container} += {stdin: true, stdinOnce: true}`, '.spec.backoffLimit = 0']),
    ];
    return [
      `${create} --dry-run=client --output=json |`,
      `  jq '${changes.join(' | ')}' |`,
      '  kubectl apply --filename=-',
      // Its program waits for its input until somebody attaches, and the input ends with the file.
      ...(input === undefined ? [] : [`kubectl wait --for=jsonpath='{.status.ready}'=1 job/${as} --timeout=5m`, `kubectl attach --stdin job/${as} < ${words([input])}`]),
    ];
  }

  /** Those that run by themselves; without a name: by a schedule. */
  private callersOf({ of: workload, except = [] }: Extract<Action, { do: 'stop-callers' | 'start-callers' }>): { readonly workload: Workload; readonly name: string | undefined }[] {
    const callers = new Set(this.graph.edgesTo(workload).map(({ from }) => from));
    return [...callers].filter(caller => !except.includes(caller)).flatMap(caller => {
      const name = this.lasting(caller);
      const isScheduled = caller.spec.runs.kind === 'schedule' && this.has(caller);
      return name !== undefined || isScheduled ? [{ workload: caller, name }] : [];
    });
  }

  /** Of what runs already it stops nothing. */
  private suspend(workload: Workload, suspend: boolean): string {
    return `kubectl patch cronjob ${this.own.get(workload)!.name} --patch '${JSON.stringify({ spec: { suspend } })}'`;
  }

  /** Made by templates, and so its own. */
  private claimsOf(workload: Workload): string[] {
    const document = this.own.get(workload);
    if (document?.kind !== 'StatefulSet') return [];
    const templates = (document.body as Manifests['StatefulSet']).spec.volumeClaimTemplates ?? [];
    return templates.map(({ metadata }) => `${metadata?.name}-${document.name}-0`);
  }

  private nameOf(workload: Workload | string): string {
    return typeof workload === 'string' ? `deployment/${workload}` : this.lasting(workload) ?? this.graph.name(workload);
  }

  private selectorOf(workload: Workload | string): string {
    return selectorOf([typeof workload === 'string' ? workload : this.graph.name(workload)]);
  }
}

/** Finds what belongs to the workloads of these names, in the cluster or among manifests. */
function selectorOf(names: readonly string[]): string {
  const [label, [first]] = ['app.kubernetes.io/name', names];
  return names.length === 1 ? `--selector=${label}=${first}` : `--selector='${label} in (${names.join(', ')})'`;
}
