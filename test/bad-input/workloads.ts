import { gunicorn, HealthProbes, PythonImage, type PythonImageProps } from '../../constructs';
import { Image, Instruction, Secret, Size, text, Volume, Workload, type BuildProps, type Duration, type Replicas, type WorkloadProps } from '../../lib';
import { IMAGE, service } from '../support/stacks';
import { problem, type BadInput, type Expected } from './case';

/** A service `web` with one thing wrong. */
const DURATION = 'write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d';

const web = (name: string, props: Partial<WorkloadProps>, ...problems: Expected[]): BadInput => ({ name, build: stack => { service(stack, 'web', props); }, problems });
const image = (name: string, reference: string, what: string, fix: string) => web(name, { image: Image.registry(reference, IMAGE.facts) }, problem(what, fix));
const built = (props: Partial<BuildProps>) => Image.build({ name: 'shop', version: '1.0', context: __dirname, stages: [{ name: 'production', from: 'alpine:3.22', instructions: [] }], ...IMAGE.facts, ...props });

const python = (props: Partial<PythonImageProps>) => new PythonImage({ name: 'shop', version: '1.0', context: __dirname, command: ['python'], port: 8080, ...props }).production;

const WORD = 'use letters, digits and the signs of paths: no space, quote, line break or sign of the shell';
const REFERENCE = 'write it as registry/repository:version, in lower case';
const PIN = 'name a version (postgres:16-alpine) or a digest (…@sha256:…)';
const PATH = "use an absolute path of letters, digits, dots and dashes, below /, without '..' and a slash at its end";
const ENCODE = 'encode the content, for example as base64';
const TEXT = 'give a string, a number, true, false, or a reference such as db.url; for a variable that may not be set, say what stands in for it: process.env.X ?? …';
const CUT = 'do not cut strings within a character: split them with Array.from(…)';
const LONG = 'put it into a file: mount a Config, and name its path instead';
const PORT_NAME = 'use at most 15 lower-case letters, digits and single dashes, with a letter among them';
const REPLICAS = 'ask for a whole number from 1 to 1000, and no maximum below the minimum';

const replicas = (name: string, asked: Replicas, said: string) => web(name, { runs: Workload.service({ replicas: asked }) }, problem(`it asks for ${said} replicas`, REPLICAS));

export const images: readonly BadInput[] = [
  image('an image called latest', 'nginx:latest', 'the image nginx:latest is not pinned: what runs would change without a change here', PIN),
  image('an image whose tag moves on', 'nginx:stable', 'the image nginx:stable is not pinned: what runs would change without a change here', PIN),
  image('an image without a tag', 'registry.example:5000/shop', 'the image registry.example:5000/shop is not pinned: what runs would change without a change here', PIN),
  image('an image in capitals', 'ghcr.io/Acme/shop:1.0', "'ghcr.io/Acme/shop:1.0' is not an image reference", REFERENCE),
  image('an image with two tags', 'nginx:1:2', "'nginx:1:2' is not an image reference", REFERENCE),
  image('an image with a digest that is too short', 'nginx@sha256:abc', "'nginx@sha256:abc' is not an image reference", REFERENCE),
  image('an image that is an address', 'https://ghcr.io/acme/shop:1.0', "'https://ghcr.io/acme/shop:1.0' is not an image reference", REFERENCE),
  image('an image that is hostile', 'nginx:1 AS x\nRUN id', "'nginx:1 AS x\nRUN id' is not an image reference", REFERENCE),
  web('a built image whose version is latest', { image: built({ version: 'latest' }) }, problem('the image shop:latest is not pinned: what runs would change without a change here', PIN)),
  web('a stage that is not there', { image: built({ target: 'prod' }) }, problem("the Dockerfile of shop:1.0 has no stage 'prod'", 'name one of: production')),
  web('a stage on an image whose tag moves on', { image: built({ stages: [{ name: 'production', from: 'node:lts', instructions: [] }] }) },
    problem('the image node:lts is not pinned: what runs would change without a change here', PIN)),
  web('a stage on an image that is not pinned', { image: built({ stages: [{ name: 'builder', from: 'node:latest', instructions: [] }, { name: 'production', from: 'builder', instructions: [] }] }) },
    problem('the image node:latest is not pinned: what runs would change without a change here', PIN)),
  web('hostile words in a Dockerfile', { image: built({ stages: [{ name: 'production', from: 'alpine:3.22', instructions: [
    Instruction.copy('../../etc/passwd', '.'), Instruction.workdir('/app\nRUN id'), Instruction.env({ 'A B': '1', C: 'x\nRUN id' }), Instruction.run('id\nUSER root'), Instruction.cmd(),
  ] }], labels: { 'x\nRUN id': '1' } }) },
    problem('"../../etc/passwd" cannot be a path to copy', 'name a path inside the build context'),
    problem('"/app\\nRUN id" cannot be a folder in an image', WORD),
    problem('"A B" cannot be the name of a variable', 'use letters, digits and underscores'),
    problem('"x\\nRUN id" cannot be the value of a variable in an image', 'give text of one line'),
    problem('"id\\nUSER root" cannot be a command of a Dockerfile', 'write one line; give several as a list'),
    problem('the image would start nothing: its command is empty', 'name the program to run'),
    problem('"x\\nRUN id" cannot be the name of a label', 'use lower-case letters, digits, dots and dashes')),
  web('hostile words for a Python image', { image: python({ packages: { runtime: ['curl; id'] }, user: { name: 'a; id', uid: 1000, gid: 1000 }, folders: ['/srv/a b; id'], requirements: '../r.txt' }) },
    problem('"curl; id" cannot be the name of a Debian package', 'use the name that apt knows it by'),
    problem('"a; id" cannot be the name of a user', 'use at most 32 lower-case letters, digits and dashes'),
    problem('"/srv/a b; id" cannot be a folder of an image', "use an absolute path of letters, digits, dots and dashes, without '..'"),
    problem('"../r.txt" cannot be a path to copy', 'name a path inside the build context')),
  web('hostile groups for uv, and hostile parts of packages to leave out', { image: python({ installer: 'uv', groups: ['dev; id'], trim: ["tests' -o '", '*', '../lib'] }) },
    problem('"dev; id" cannot be the name of a group of dependencies', 'use letters, digits, dots and dashes'),
    ...['"tests\' -o \'"', '"*"', '"../lib"'].map(name => problem(`${name} cannot name what is left out of the installed packages`, "use a relative path of letters, digits, dots, dashes and '*'"))),
  web('a Python image of Alpine', { image: python({ python: '3.13-alpine3.22' }) }, problem("python:3.13-alpine3.22 is made of Alpine, and what the image needs is installed by Debian's apt-get", 'use a tag that is made of Debian: 3.13-slim-bookworm')),
  web('another port than that of the image', { image: python({ port: 8000 }) }, problem('its port is 8080, and the image shop:1.0 says that its program listens on 8000', 'name the same port in both: that of the image (EXPOSE), and that of the workload')),
  web('(not wrong) another port than that of the image, which its program is told', { image: python({ port: 8000 }), args: ['serve', '--port=8080'] }),
  web('(not wrong) another port than that of the image, by a variable', { image: python({ port: 8000 }), env: { BIND: '0.0.0.0:8080' } }),
  web('(not wrong) one of two ports is that of the image', { image: python({ port: 8000 }), ports: { http: 8080, metrics: 8000 } }),
  web('groups for pip', { image: python({ groups: ['api'] }) }, problem('pip knows no groups of dependencies in a file of requirements', "leave out groups, or say installer: 'uv'")),
  web('sources that are not there', { image: built({ context: '/nowhere/app' }) },
    problem('the build context of shop is not a folder: /nowhere/app', 'give the path of the sources, for example path.join(__dirname, "app")')),
  {
    name: 'two images built under one name',
    build: stack => {
      service(stack, 'web', { image: built({}) });
      service(stack, 'api', { image: built({ version: '2.0' }) });
    },
    problems: [problem("it builds another image under the name 'shop' than shop/dev/web does", 'give one of the images another name, or let both use the same', 'shop/dev/api')],
  },
  {
    name: 'an image built in the folder of one that is made on top of an image from a registry',
    build: stack => {
      service(stack, 'shop', { mounts: [{ volume: new Volume(stack, 'files', { size: '1Gi' }), path: '/files' }] });
      service(stack, 'web', { image: built({ name: 'example-app-1-0-10001' }) });
    },
    problems: [problem('the image example-app-1-0-10001 would be built in the same folder as one that is made on top of an image from a registry', 'give the image another name')],
  },
  web('root', { user: { uid: 0, gid: 0 } }, problem('it would run as user 0', 'give the number of a user that is not root')),
  web('the group of root', { user: { uid: 1000, gid: 0 } }, problem('it would run in the group 0', "give the number of a group that is not root's: much of an image can be written by root's")),
  web('a group of half a number', { user: { uid: 1000, gid: 0.5 } }, problem('it would run in the group 0.5', "give the number of a group that is not root's: much of an image can be written by root's")),
  web('an image whose user nobody knows', { image: Image.registry('nginx:1.29', { tools: ['curl'] }) }, problem('nobody knows which user the image nginx:1.29 runs as', 'say it: user: { uid: 1000, gid: 1000 }, or on the image')),
  {
    name: 'a volume at a folder that the built image does not make',
    build: stack => { service(stack, 'web', { image: built({}), mounts: [{ volume: new Volume(stack, 'media', { size: '1Gi' }), path: '/srv/media' }] }); },
    problems: [problem('the image shop:1.0 has no folder /srv/media that belongs to user 10001, who writes to the volume there', "let the image make it: folders: ['/srv/media']")],
  },
];

export const texts: readonly BadInput[] = [
  web('a variable with a dash', { env: { 'API-KEY': 'x' } }, problem("'API-KEY' cannot be the name of an environment variable", 'use letters, digits and underscores, and no digit first')),
  // @ts-expect-error -- as from a program without types
  web('variables that are no texts', { env: { UNSET: process.env['COMPOSE8S_NOBODY_SETS_THIS']!, NONE: null, NAN: Number.NaN, OBJECT: {}, LIST: ['x'] } },
    ...[['UNSET', 'undefined'], ['NONE', 'null'], ['NAN', 'NaN'], ['OBJECT', 'an object'], ['LIST', 'a list']].map(([name, what]) => problem(`the variable ${name}: ${what} is no text`, TEXT))),
  // @ts-expect-error -- as from a program without types
  web('words that are no texts', { command: ['run', undefined], args: [() => 'x'] },
    problem('a word of its command: undefined is no text', TEXT), problem('a word of its args: a function is no text', TEXT)),
  web('a NUL in a variable', { env: { KEY: 'a\0b' } }, problem('the variable KEY contains a NUL character, which ends a string', ENCODE)),
  web('half a character in a variable and in words', { env: { KEY: 'cut \ud83d' }, command: ['\ude00'], args: ['\ude00\ud83d'] },
    problem('the variable KEY contains half of a UTF-16 pair, which is no character', CUT),
    problem('a word of its command contains half of a UTF-16 pair, which is no character', CUT),
    problem('a word of its args contains half of a UTF-16 pair, which is no character', CUT)),
  web('(not wrong) a whole character beyond 16 bits', { env: { KEY: '\ud83d\ude00' } }),
  web('a NUL and half a character in the command of a probe', { probes: HealthProbes.command(['a\0', '\ud83d']) },
    problem("a word of the probe 'ready' contains a NUL character, which ends a string", ENCODE),
    problem("a word of the probe 'ready' contains half of a UTF-16 pair, which is no character", CUT)),
  web('half a character in a check', { probes: undefined, runs: { kind: 'release', check: ['\ud83d'] } }, problem('a word of its check contains half of a UTF-16 pair, which is no character', CUT)),
  web('a variable that Linux cannot pass', { env: { KEY: 'é'.repeat(65534) } }, problem('the variable KEY takes 131072 bytes; Linux passes at most 131071 to a process', LONG)),
  web('a word that Linux cannot pass', { args: ['x'.repeat(131072)] }, problem('a word of its args takes 131072 bytes; Linux passes at most 131071 to a process', LONG)),
  web('(not wrong) the longest variable and word', { env: { KEY: 'x'.repeat(131067) }, args: ['x'.repeat(131071)] }),
  web('a NUL in an argument', { args: ['a\0b'] }, problem('a word of its args contains a NUL character, which ends a string', ENCODE)),
  {
    name: 'a variable with a key that the secret does not have',
    build: stack => {
      const db = new Secret(stack, 'db', { keys: ['password', 'user'] });
      service(stack, 'web', { env: { KEY: text`x${db.key('pasword')}` } });
    },
    problems: [problem("the variable KEY refers to the key 'pasword', which its secret does not have", 'declare it, or use one of: password, user')],
  },
  {
    name: 'an argument with a key that only objects in JavaScript have',
    build: stack => { service(stack, 'web', { args: [new Secret(stack, 'db', { keys: ['password'] }).key('constructor')] }); },
    problems: [problem("a word of its args refers to the key 'constructor', which its secret does not have", 'declare it, or use one of: password')],
  },
  {
    name: 'a mounted key that the secret does not have',
    build: stack => { service(stack, 'web', { mounts: [{ secret: new Secret(stack, 'db', { keys: ['password'] }), path: '/run/secrets', keys: ['token'] }] }); },
    problems: [problem("it mounts the key 'token' of shop/dev/db, which does not have it", 'use one of: password')],
  },
  web('an empty command', { command: [] }, problem("'command' is an empty list, which each target reads in its own way", 'name what to run, or leave command out to keep what the image says')),
  web('a working directory with a variable', { workingDirectory: '$HOME/app' }, problem("it cannot work in '$HOME/app'", PATH)),
];

export const ports: readonly BadInput[] = [
  web('a privileged port', { ports: { http: 80 } }, problem('port http is 80: a process that is not root cannot listen there', "listen at 1024 or above; a route can publish it under any number. If the image cannot: loosened: { capabilities: ['NET_BIND_SERVICE'] }")),
  web('a port that is not there', { ports: { http: 70000 } }, problem('port http has the number 70000', 'use a whole number from 1024 to 65535')),
  web('a port between two', { ports: { http: 8080.5 } }, problem('port http has the number 8080.5', 'use a whole number from 1024 to 65535')),
  web('a port twice', { ports: { http: 8080, admin: 8080 } }, problem('the ports http and admin are both 8080/tcp', 'declare the port once, or give each its own number')),
  web('a port with a long name', { ports: { 'administration-port': 8080 } }, problem("'administration-port' cannot be a port's name", PORT_NAME)),
  web('a port with a number for a name', { ports: { '8080': 8080 } }, problem("'8080' cannot be a port's name", PORT_NAME)),
];

const RANGE = "write it as '10.0.5.0/24': the first address of the range, and the length of its prefix; a single address is '10.0.5.25/32'";

export const destinations: readonly BadInput[] = [
  ...['10.0.5.0', '10.0.5.7/24', '10.0.5.0/33', '010.0.5.0/24', '10.1/16', 'FD00::/8', 'db.internal', 'fd00::%eth0/64'].map(cidr => (
    web(`addresses outside as ${cidr}`, { reaches: [{ cidr, port: 5432 }] }, problem(`it reaches '${cidr}', which is no range of addresses`, RANGE)))),
  ...['0.0.0.0/0', '::/0'].map(cidr => web(`all addresses as ${cidr}`, { reaches: [{ cidr, port: 443 }] }, problem(`it reaches ${cidr}, which is every address`, 'name the range that it calls; for public addresses: internet: true'))),
  web('addresses outside without a port', { reaches: [{ cidr: '10.0.5.0/24', port: [] }] }, problem('it reaches 10.0.5.0/24 on no port', 'name each port that it calls there: port: 5432')),
  web('ports outside that there are none of', { reaches: [{ cidr: 'fd00:5::/64', port: [5432, 0, { number: 65536, protocol: 'udp' }] }] },
    problem('it reaches fd00:5::/64 on port 0', 'use a whole number from 1 to 65535'), problem('it reaches fd00:5::/64 on port 65536', 'use a whole number from 1 to 65535')),
];

export const commandLines: readonly BadInput[] = [
  web("a time of Gunicorn's that is none", { command: gunicorn({ app: 'shop.wsgi', timeout: '0s', keepAlive: '0.0001s' }) },
    ...[['timeout', '0s'], ['keepAlive', '0.0001s']].map(([field, value]) => problem(`gunicorn ${field}: '${value}' is not a duration`, DURATION))),
];

export const probes: readonly BadInput[] = [
  web('a service without probes', { probes: undefined }, problem('nothing tells whether it is healthy', 'give probes: HealthProbes.http({ ready: … }), HealthProbes.tcp() or HealthProbes.command([…])')),
  web('a probe of a port that is not declared', { probes: HealthProbes.http({ ready: '/ready', port: 'htpp' }) }, problem("the probe 'ready' asks the port 'htpp', which is not declared", 'use one of the declared ports: http')),
  web('a probe of a port where there is none', { ports: {}, probes: HealthProbes.tcp() }, problem("the probe 'ready' asks the port '', which is not declared", 'use one of the declared ports: (there is none)')),
  web('a probe by TCP of a UDP port', { ports: { dns: { number: 5353, protocol: 'udp' } }, probes: HealthProbes.tcp() },
    problem("the probe 'ready' asks the port 'dns' by TCP, which is a UDP port and never answers it", 'declare a TCP port to ask, or use HealthProbes.command([…])')),
  web('probes by HTTP of a UDP port', { ports: { dns: { number: 5353, protocol: 'udp' }, http: 8080 }, probes: HealthProbes.http({ ready: '/ready', alive: '/alive' }) },
    ...['ready', 'alive'].map(question => problem(`the probe '${question}' asks the port 'dns' by HTTP, which is a UDP port and never answers it`, "name a TCP port (port: 'http'), or use HealthProbes.command([…])"))),
  web('the same probe for readiness and liveness', { probes: HealthProbes.http({ ready: '/health', alive: '/health' }) },
    problem('readiness and liveness ask the same path /health: a failing dependency would restart the workload', 'ask liveness of a path that checks no dependency, or leave it out')),
  web('a probe that takes longer than the time between two', { probes: HealthProbes.tcp({ every: '5s', timeout: '10s' }) }, problem("the probe 'ready' may take 10s, longer than the 5s between two of them", 'make the timeout shorter, or ask less often')),
  // @ts-expect-error -- no unit
  web('times of probes without a unit', { probes: HealthProbes.http({ ready: '/ready', alive: '/alive', every: '10', timeout: '-5s', startup: '0s' }) },
    ...[['every', '10'], ['timeout', '-5s'], ['startup', '0s']].map(([field, value]) => problem(`probes.${field}: '${value}' is not a duration`, DURATION))),
  web('a probe that never fails', { probes: HealthProbes.tcp({ failures: 0 }) }, problem("the probe 'ready' counts as failed after 0 failures", 'give a whole number of at least 1')),
  web('a probe with a header within a header', { probes: HealthProbes.http({ ready: '/', headers: { Host: 'a\r\nX: b' } }) },
    problem("the probe 'ready' sends the header 'Host: a\r\nX: b'", 'use letters, digits and dashes in the name, and printable ASCII in the value')),
  web('a probe of a path without a slash', { probes: HealthProbes.http({ ready: 'ready' }) }, problem("the probe 'ready' asks for the path 'ready'", 'begin it with / and encode spaces and other signs')),
  web('a probe without a program', { probes: HealthProbes.command([]) }, problem("the probe 'ready' has an empty command", 'name the program to run and its arguments')),
  web('an image without the tool that the check needs', { image: Image.registry('scratchy:1.0', { user: { uid: 1000, gid: 1000 }, tools: ['shell'] }) },
    problem('the image scratchy:1.0 has no tool known that could make its http check from inside, as Docker wants it', "name one that it has (curl, wget, python, node): Image.registry(…, { tools: ['curl'] }), or use HealthProbes.command([…])")),
  web('an image without the tool that a check by TCP needs', { image: Image.registry('scratchy:1.0', { user: { uid: 1000, gid: 1000 }, tools: ['curl'] }), probes: HealthProbes.tcp() },
    problem('the image scratchy:1.0 has no tool known that could make its tcp check from inside, as Docker wants it', "name one that it has (nc, bash, python, node): Image.registry(…, { tools: ['nc'] }), or use HealthProbes.command([…])")),
  web('probes of work that ends', { runs: { kind: 'release', check: undefined } }, problem('it runs to its end, so that nobody would ask its probes', 'leave the probes out: its exit code says whether it went well')),
];

export const limits: readonly BadInput[] = [
  web('requests over the limits', { resources: { cpu: { request: 2, limit: 1 }, memory: { request: '2Gi', limit: '1Gi' } } },
    problem('it requests 2 CPU, more than its limit of 1 CPU', 'raise resources.cpu.limit, or lower resources.cpu.request'),
    problem('it requests 2 GiB, more than its limit of 1 GiB', 'raise resources.memory.limit, or lower resources.memory.request')),
  web('scratch folders over the limit', { resources: { cpu: 1, memory: '64Mi' }, scratch: [{ path: '/tmp', size: '64Mi' }], sharedMemory: '64Mi' },
    problem('its scratch folders and shared memory may hold 128 MiB, more than its memory limit of 64 MiB, which they count against', 'make them smaller, raise resources.memory, or mount a volume')),
  replicas('no replica', 0, '0'),
  replicas('half a replica', 1.5, '1.5'),
  replicas('a maximum below the minimum', { min: 3, max: 2, cpu: 70 }, '3 to 2'),
  replicas('a million replicas', 1_000_000, '1000000'),
  web('a scale of no percent', { runs: Workload.service({ replicas: { min: 1, max: 2, cpu: 0 } }) }, problem('it scales at 0 percent of its CPU request', 'give a whole number of percent, such as 70')),
  web('restarts that are none', { runs: Workload.service({ restart: { onFailure: -1 } }) }, problem('it is restarted -1 times after a failure', "give a whole number of at least 1, or 'unless-stopped'")),
  web('no process', { processes: 0 }, problem('it may have 0 processes', 'allow a whole number of at least 1')),
  web('no file for the log', { logs: { maxSize: '1Mi', maxFiles: 0 } }, problem('its log is kept in 0 files', 'keep a whole number of at least 1')),
  web('a tier that cannot be a label', { tier: { name: 'Back end' } }, problem("'Back end' cannot be the name of a tier", 'use at most 63 lower-case letters, digits and dashes: it becomes a label')),
  web('sizes, CPU and durations that are none', { resources: { cpu: 1, memory: '1 gig' as unknown as Size }, stop: { grace: 'soon' as unknown as Duration }, sharedMemory: '-1Mi' },
    problem("sharedMemory: '-1Mi' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB'),
    problem("resources: '1 gig' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB'),
    problem("stop.grace: 'soon' is not a duration", DURATION)),
  web('an amount of CPU that is none', { resources: { cpu: '0.5m', memory: '1Gi' } }, problem("resources: '0.5m' is not an amount of CPU", "write cores (2, 0.5) or thousandths of a core ('500m')")),
];

export const mounts: readonly BadInput[] = [
  ...['relative', '/', '/a/../b', '/a/', '/a//b', '/a b', '/$HOME', '/a:/b'].map((path): BadInput => ({
    name: `a mount at '${path}'`,
    build: stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'v', { size: '1Gi' }), path, readOnly: true }] }); },
    problems: [problem(`nothing can be mounted at '${path}'`, PATH)],
  })),
  {
    name: 'two mounts at one place',
    build: stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'v', { size: '1Gi' }), path: '/data' }], scratch: [{ path: '/data', size: '1Mi' }] }); },
    problems: [problem('two things are mounted at /data', 'give each its own path')],
  },
  web("a folder outside of the project's", { mounts: [{ source: '../../etc', path: '/app' }] }, problem("the folder '../../etc' is not one of the project", "name it as seen from the project's folder, without '..': 'apps/shop/app'")),
  web('a folder of the machine', { mounts: [{ source: '/var/run/docker.sock', path: '/app' }] }, problem("the folder '/var/run/docker.sock' is not one of the project", "name it as seen from the project's folder, without '..': 'apps/shop/app'")),
];
