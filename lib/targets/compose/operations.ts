import { ownerOf, type Graph } from '../../core/graph';
import { codes, newPair, newValue, shell, words, type Operations } from '../../core/operations';
import { imageOf } from '../../core/registry';
import { inventoryOf, isForBuilds } from '../../core/secrets/inventory';
import type { Action, Certificate, Route, Run, Workload } from '../../model';
import { defaultSecretsFolder } from './context';
import { mountsSources } from './environment';
import { containersOf, hostPorts, portText, type HostPorts } from './ports';
import { portVariable } from './published';
import { cpuVariable } from './services';
import { buildWords, isByHand, startWords } from './start';

/** What the guide must know of the project beside its graph. */
export interface Site {
  readonly loopback: string;
  readonly registry: string | undefined;
  /** The images that are built for it. */
  readonly built: readonly string[];
  /** Where it is in the project. */
  readonly folder: string;
  /** What to run there. */
  readonly next: readonly string[];
}

/** How people operate a Compose project on its host. */
export function composeOperations(graph: Graph, { loopback, registry, built, folder, next }: Site): Operations {
  const { stack } = graph;
  const hasSecrets = graph.secrets.length > 0;
  const start = startWords(graph, registry).map(line => `docker compose ${line}`);
  const published = graph.routes.map(route => `${portText(hostPorts(graph, route))} (\`${portVariable(graph.name(route.spec.to.workload), route.spec.to.portName)}\`${route.spec.reach === 'host' ? `, on ${loopback} only` : ''})`);
  return {
    place: 'host',
    about: `This folder is the Docker Compose project \`${stack.projectName}\`, for one host. Type the commands below in this folder; what they run is in \`${hasSecrets ? 'services.yaml' : 'compose.yaml'}\`.`,
    needs: [
      `Docker Engine with the ${registry === undefined ? 'plugins Compose and Buildx' : 'plugin Compose'}. From version 25 on it starts faster: it asks starting containers for their health more often.`,
      ...imagesFrom(registry, built),
      'Processors: Docker refuses a limit above what the host has. A smaller host lowers limits in `.env`; each variable is in `.env.example`.',
      'Storage: volumes have no size of their own. The disk below `docker info --format \'{{.DockerRootDir}}\'` must have room for their sum, for images and for logs.',
      ...(published.length > 0 ? [`Free ports: ${published.join(', ')}. Where one is taken, set its variable in \`.env\`.`] : []),
      ...(graph.routes.some(({ spec }) => spec.reach === 'public') ? ['Visitors by IPv4. Those by IPv6 all seem to have one address, and limits by address count them as one: give its names no AAAA record, or put a balancer with IPv6 in front, which `trustedProxies` names.'] : []),
    ],
    firstStart: `${mountsSources(graph) ? IN_PROJECT : standingAlone(graph)}

${shell(...(mountsSources(graph) ? next : [
    ...(hasSecrets ? [`npx compose8s secrets init ${stack.node.path}`] : []),
    ...(registry !== undefined && built.length > 0 ? [`docker compose ${buildWords(folder)}`] : []),
    ...serverCommands(graph, registry, start),
  ]))}

${isByHand(graph) ? 'Nothing starts by itself here: all of it is run by hand, as below.' : `The last command returns when every service is healthy; if it does not end well, see
[when something does not start](#when-something-does-not-start).`}`,
    health: `${shell(
      ['docker compose ps --all', 'what runs, what is healthy, what has ended and with which code'],
      ['docker compose logs --tail 100 --timestamps', 'of all services; name one to see only that'],
      ['docker compose logs --follow --tail 20 SERVICE', 'as it goes on'],
      ['docker stats --no-stream', 'processors and memory, against the limits'],
    )}

Healthy means that the service's own readiness check passes. Docker starts a container anew when its
program ends; one that is unhealthy it leaves as it is: \`docker compose restart SERVICE\`.`,
    upgrade: `With the new version of this folder in place of the old one${hasSecrets ? ', its `.env` taken over and the same secrets beside it' : ', its `.env` taken over if there is one'}:

${shell(...start.map(line => line.replace(/ up .*/, '$& --remove-orphans')))}

Only what changed is made anew. Keep the former folder: it is the way back.`,
    rollBack: `To go back, put the former version of the folder in place and run the same ${start.length > 1 ? 'commands' : 'command'}.`,
    secrets: `Each value is a file, \`<secret>/<key>\`, in the folder that \`SECRETS_DIR\` names (in \`.env\`). A second \`.env\`, in that folder, hands
on those that programs read from their environment. Values are read-only: to change one, give it another file. In the
project, where all values of the host are (what is missing would be made anew, and take the place of what the host has):

${shell(
  ...newValue(stack.node.path),
  [`npx compose8s secrets init ${stack.node.path}`, 'makes what is missing, and takes note of what changed'],
  [`npx compose8s secrets check ${stack.node.path}`, 'names what is missing, weak or out of date'],
)}

${mountsSources(graph) ? '' : `Copy the folder over the one on the host:

${shell(...copiedSecrets(graph, registry))}

`}Then start what uses the value anew; until then it has the old one:

${shell('docker compose up --wait')}`,
    addressOf: route => `${loopback === '127.0.0.1' ? 'localhost' : loopback}:${portText(hostPorts(graph, route))}`,
    open: route => `${waysTo(route, loopback, hostPorts(graph, route))}, on this machine only: \`${graph.name(route.spec.to.workload)}\``,
    certificate: certificate => renewal(graph, certificate),
    byHand: 'A run by hand always names a command: without one, the container of a scheduled service waits for its time.',
    trouble: {
      look: shell(
        ['docker compose config --quiet', 'whether all variables and files are there'],
        ['docker compose ps --all', 'the state and the exit code of each'],
        ['docker compose logs --tail 100 SERVICE', 'its last words'],
        '# Why it ended, and what its health check said:',
        "docker inspect --format '{{json .State}}' $(docker compose ps --all --quiet SERVICE)",
      ),
      signs: signs(graph, registry),
    },
    imageOf: workload => imageOf(workload.spec.image, registry),
    has: () => true,
    kindOf: () => undefined,
    lasts: ({ spec: { runs } }) => {
      const tries = triesOf(runs);
      return tries === undefined ? 'always' : `until it ends; after a failure again, ${tries} times; not after a reboot`;
    },
    replicasOf: workload => {
      // Compose does not scale by itself.
      const [least] = containersOf(graph, workload);
      return [least, least];
    },
    keeps: () => true,
    spell: action => spell(graph, action),
  };
}

function waysTo({ spec: { protocol } }: Route, loopback: string, { first, last }: HostPorts): string {
  const at = (port: number) => `\`${protocol === 'tcp' ? `${loopback}:${port}` : `${protocol}://${loopback === '127.0.0.1' ? 'localhost' : loopback}:${port}/`}\``;
  return first === last ? at(first) : `${at(first)} to ${at(last)}, one for each replica`;
}

const IN_PROJECT = 'Parts of the project are mounted into its services, so that it runs where the project is. In the project:';

function standingAlone({ secrets }: Graph): string {
  return `The folder stands alone. In the project, for a server that is this machine; for another one, copy ${secrets.length > 0 ? 'both folders' : 'the folder'} by other
means (\`rsync\`, for one), and go on there from \`cd\`:`;
}

/** Where there is nothing to build, there is nothing to say: what others have made is pulled in any case. */
function imagesFrom(registry: string | undefined, built: readonly string[]): string[] {
  if (built.length === 0) return [];
  return [registry === undefined
    ? `BuildKit, which Buildx has, for the images that are built on the host: ${codes(built)}. Building asks the registries of what they begin with, and loads whatever their Dockerfiles load.`
    : `The registry \`${registry}\`, to pull what is built elsewhere: ${codes(built)}. Where it asks who comes: \`docker login ${registry.split('/')[0]!}\`.`];
}

function serverCommands(graph: Graph, registry: string | undefined, start: readonly string[]): string[] {
  const { stack, secrets } = graph;
  const server = serverOf(graph);
  return [
    `mkdir -p ${server}`,
    `cp -aT dist/${stack.node.path}/compose ${server}/compose`,
    ...(secrets.length > 0 ? copiedSecrets(graph, registry) : []),
    `cd ${server}/compose`,
    ...(secrets.length > 0 ? ['echo SECRETS_DIR=../secrets > .env'] : []),
    ...start,
  ];
}

/** Another environment of the system may be on the same host. */
function serverOf({ stack }: Graph): string {
  return `/srv/${stack.projectName}`;
}

function copiedSecrets(graph: Graph, registry: string | undefined): string[] {
  const folder = `${serverOf(graph)}/secrets`;
  return [
    // With -f since nobody but root can write into the read-only files that are there.
    `cp -afT secrets/${graph.stack.node.path} ${folder}`,
    // Whoever builds needs them, and a host that pulls does not.
    ...(registry === undefined ? [] : inventoryOf(graph).filter(isForBuilds).map(({ path }) => `rm -f ${folder}/${path}`)),
  ];
}

/** How often Docker starts it again after a failure; `undefined` where it does so without end, and when it starts itself. */
function triesOf(runs: Run): number | undefined {
  return runs.kind === 'service' && typeof runs.restart !== 'string' ? runs.restart.onFailure : undefined;
}

function signs(graph: Graph, registry: string | undefined): (readonly [string, string])[] {
  const [someone] = graph.workloads;
  const variable = someone ? cpuVariable(graph.name(someone)) : '';
  const limited = graph.workloads.filter(({ spec }) => triesOf(spec.runs) !== undefined).map(workload => graph.name(workload));
  return [
    ...(limited.length > 0 ? [
      ['`Exited` after a reboot, or after many failures', `${codes(limited)}: Docker starts ${limited.length > 1 ? 'each' : 'it'} again only after a failure, and not without end. \`docker compose up --wait\` does. To have the host do so when it starts, \`crontab -e\` and a line \`@reboot cd FOLDER && docker compose up --wait\`, where FOLDER is this one`],
    ] as const : []),
    ...(graph.secrets.length > 0 ? [
      ['`env file … not found`, `variable is not set`', `the secrets are not where \`SECRETS_DIR\` says: set it in \`.env\`, or make them with \`npx compose8s secrets init ${graph.stack.node.path}\``],
      ['`Permission denied` below `/run/secrets`', 'a secret file cannot be read by the container\'s user: the files are 0444, in a folder of 0700'],
    ] as const : []),
    ...(registry === undefined ? [] : [
      ['`pull access denied`, `manifest unknown`', `\`${registry}\` has no such image, or does not give it to this host: build and push this version first, or \`docker login ${registry.split('/')[0]!}\``],
    ] as const),
    ['`port is already allocated`', 'another program has the port: set its variable in `.env`, see `.env.example`'],
    ['`range of CPUs is from 0.01 to …`', `the host has fewer processors than a limit: lower it in \`.env\`, as in \`${variable}=1\``],
    ['`Pool overlaps with other one`', 'another network of the host has the addresses: `docker network ls`, and remove what is no longer used'],
    ['exit code 137', 'it was killed, mostly for using more memory than its limit: `"OOMKilled":true` in its state'],
    ['exit code 126 or 127', 'its program is not in the image, or cannot be run: the wrong image, or one for another processor'],
    ['`dependency failed to start: … is unhealthy`', 'not this service, but the one it names: look at that one\'s logs'],
    ["`didn't complete successfully: exit 1`", 'work of the release failed: `docker compose logs` of the service it names; mend the cause and start again'],
    ['`no space left on device`', '`docker system df`; free images and build caches with `docker image prune` and `docker builder prune`, never volumes'],
  ];
}

function renewal(graph: Graph, { spec: { source, secret } }: Certificate): string {
  switch (source.kind) {
    case 'acme': return `Asked for by ACME, in the name of ${source.email}, and renewed by itself 30 days before it ends. The names must lead to this host, and
port 80 must be open to the internet.`;
    case 'given': {
      const users = graph.workloads.filter(({ spec: { mounts } }) => mounts.some(mount => 'certificate' in mount && mount.certificate.spec.secret === secret)).map(user => graph.name(user));
      const isInProject = mountsSources(graph);
      const folder = `${isInProject ? defaultSecretsFolder(graph) : '../secrets'}/${graph.name(secret!)}`;
      return `Given by a person, who must also replace it before it ends: nothing here renews it. With the new one and its chain in \`new.crt\`, and
its key in \`new.key\` (the files are read-only, and others take their place; a container sees that only when it starts again):

${shell(...newPair(folder), `docker compose restart ${users.join(' ')}`)}${isInProject ? '' : `

Do the same in the project, or the next copy of its secrets brings the old ones back.`}`;
    }
    case 'self-signed': return `Made by \`npx compose8s secrets init ${graph.stack.node.path}\`, and known to no browser. Remove its two files from the folder \`${graph.name(secret!)}\` of
the project's secrets, run the same command${mountsSources(graph) ? '' : ', [copy the folder](#secrets)'}, then \`docker compose up --wait\`.`;
  }
}

function spell(graph: Graph, action: Action): readonly string[] {
  const nameOf = (workload: Workload | string) => (typeof workload === 'string' ? workload : graph.name(workload));
  switch (action.do) {
    case 'run': return [runByHand(graph, action)];
    // `docker compose run` returns when the run has ended.
    case 'follow': return [];
    case 'execute': return [`docker compose exec ${nameOf(action.in)} ${words(action.command)}`];
    // A container keeps its log when it is started anew.
    case 'logs': return [`docker compose logs --tail 100 ${nameOf(action.of)}`];
    case 'status': return [`docker compose ps --all ${nameOf(action.of)}`];
    // It leaves alone what runs, however ill.
    case 'start': return [`docker compose up --wait ${nameOf(action.of)}`];
    case 'restart': return [`docker compose restart ${nameOf(action.of)}`];
    // `up --wait` of it alone would take its end for a failure.
    case 'redo': return [`docker compose run --rm ${nameOf(action.of)}`];
    case 'stop-callers': {
      const callers = callersOf(graph, action);
      return callers.length > 0 ? [`docker compose stop ${callers.join(' ')}`] : [];
    }
    // It does the work of the release once more.
    case 'start-callers': return ['docker compose up --wait'];
    case 'empty': return [
      `docker compose rm --stop --force ${nameOf(action.of)}`,
      ...graph.volumes.filter(volume => ownerOf(graph, volume) === action.of).map(volume => `docker volume rm ${graph.stack.projectName}_${graph.name(volume)}`),
      'docker compose up --wait',
    ];
    case 'disk': return ['docker system df --verbose'];
  }
}

function runByHand(graph: Graph, { workload, args, input }: Extract<Action, { do: 'run' }>): string {
  const { runs, args: own = [] } = workload.spec;
  const given = args ?? (runs.kind === 'schedule' ? own.map(word => word.literal ?? '') : []);
  const name = graph.name(workload);
  // Without arguments the container would wait for its time; its job is a script there.
  if (runs.kind === 'schedule' && given.length === 0) return `docker compose exec ${name} /etc/compose8s/job`;
  // A file is no terminal.
  return [`docker compose run --rm${input === undefined ? '' : ' -T'}`, name, words(given), ...(input === undefined ? [] : [`< ${words([input])}`])].filter(Boolean).join(' ');
}

/** Those that run by themselves: what waits for its time is a container too, and its work ends with it. */
function callersOf(graph: Graph, { of: workload, except = [] }: Extract<Action, { do: 'stop-callers' | 'start-callers' }>): string[] {
  const callers = new Set(graph.edgesTo(workload).map(({ from }) => from));
  return [...callers].filter(caller => ['service', 'schedule'].includes(caller.spec.runs.kind) && !except.includes(caller)).map(caller => graph.name(caller));
}
