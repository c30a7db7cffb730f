import { load } from 'js-yaml';
import { filesIn } from '../../core/diff';
import { at, list, type Json } from './finding';

/** `review`: allowed where it is meant so, which only a person knows. */
export type Outcome = 'pass' | 'fail' | 'review';

/** An item of the CIS Docker Benchmark (numbers as in version 1.6), judged by what the emitted files show. */
export interface Judged {
  readonly id: string;
  readonly what: string;
  readonly outcome: Outcome;
  /** The services or files that do not keep to it. */
  readonly of: readonly string[];
}

interface Service { readonly name: string; readonly body: Json }
interface Dockerfile { readonly path: string; readonly lines: readonly string[] }

/** Both sections, judged from a folder that was emitted for Compose; `undefined` where no Compose file in it has services. What is not there keeps to nothing. */
export function complianceOf(folder: string): Judged[] | undefined {
  const files = filesIn(folder);
  const compose = files.get('services.yaml') ?? files.get('compose.yaml');
  if (!compose) return undefined;
  const services = Object.entries(at(load(compose.toString()) as Json, 'services') ?? {}).map(([name, body]): Service => ({ name, body: body as Json }));
  if (services.length === 0) return undefined;
  const dockerfiles = [...files].filter(([path]) => /^images\/[^/]+\/Dockerfile$/.test(path)).map(([path, text]): Dockerfile => ({ path, lines: instructionsOf(text.toString()) }));
  return [
    ...(dockerfiles.length === 0 ? [] : DOCKERFILES).map(({ id, what, breaks }) => judged(id, what, 'fail', dockerfiles.filter(breaks).map(({ path }) => path))),
    ...SERVICES.map(({ id, what, breaks, otherwise = 'fail' }) => judged(id, what, otherwise, services.filter(({ body }) => breaks(body)).map(({ name }) => name))),
  ].sort((a, b) => orderOf(a) - orderOf(b));
}

function judged(id: string, what: string, otherwise: Outcome, of: readonly string[]): Judged {
  return { id, what, outcome: of.length > 0 ? otherwise : 'pass', of };
}

function orderOf({ id }: Judged): number {
  const [section, item] = id.split('.').map(Number);
  return section! * 1000 + item!;
}

/** Without comments, each instruction on a line. */
function instructionsOf(text: string): string[] {
  return text.split('\n').filter(line => !/^\s*#/.test(line)).join('\n').replace(/\\\n/g, ' ').split('\n').map(line => line.trim()).filter(Boolean);
}

const DOCKERFILES: readonly { readonly id: string; readonly what: string; readonly breaks: (dockerfile: Dockerfile) => boolean }[] = [
  { id: '4.1', what: 'an image is made for a user who is not root', breaks: ({ lines }) => !/^USER (?!0(:|$)|root)/i.test(lines.filter(line => /^USER /i.test(line)).at(-1) ?? '') },
  { id: '4.2', what: 'base images are pinned, so that they are the ones that were trusted', breaks: ({ lines }) => basesOf(lines).some(base => !/@sha256:|:(?!latest$)[\w.-]+$/.test(base)) },
  { id: '4.7', what: 'package lists are not updated on a line of their own, which a cache would keep for ever', breaks: ({ lines }) => lines.some(line => /^RUN .*\b(apt-get|apt|apk|yum|dnf) update\b/.test(line) && !/\b(install|add|upgrade)\b/.test(line)) },
  { id: '4.9', what: 'files are brought in by COPY, not by ADD', breaks: ({ lines }) => lines.some(line => /^ADD /i.test(line)) },
  { id: '4.10', what: 'no secret stands in a Dockerfile (by the names of ARG and ENV)', breaks: ({ lines }) => lines.some(line => /^(ARG|ENV) .*?(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)\w*[= ]\S/i.test(line)) },
];

/** Without the names of earlier stages. */
function basesOf(lines: readonly string[]): string[] {
  const stages = lines.flatMap(line => /^FROM (?:--\S+ )*\S+ AS (\S+)/i.exec(line)?.[1] ?? []);
  return lines.flatMap(line => /^FROM (?:--\S+ )*(\S+)/i.exec(line)?.[1] ?? []).filter(base => base !== 'scratch' && !stages.includes(base));
}

const SERVICES: readonly { readonly id: string; readonly what: string; readonly breaks: (body: Json) => boolean; readonly otherwise?: Outcome }[] = [
  { id: '4.1', what: 'a container runs as a user by number, who is not root', breaks: body => !/^[1-9]\d*(:|$)/.test(String(at(body, 'user') ?? '')) },
  { id: '4.6', what: 'what runs on has a health check, in its image or where it runs (also 5.27)', breaks: body => at(body, 'restart') !== 'no' && !at(body, 'healthcheck') },
  { id: '5.4', what: 'all capabilities are dropped, and none but NET_BIND_SERVICE is added', breaks: body => !strings(body, 'cap_drop').includes('ALL') || strings(body, 'cap_add').some(name => name !== 'NET_BIND_SERVICE') },
  { id: '5.5', what: 'no container is privileged', breaks: body => at(body, 'privileged') === true },
  { id: '5.6', what: 'no folder of the host is mounted', breaks: body => bindsOf(body).length > 0 },
  { id: '5.8', what: 'no port below 1024 is published', breaks: body => portsOf(body).some(({ published }) => published < 1024), otherwise: 'review' },
  { id: '5.10', what: "the host's network is not shared", breaks: body => at(body, 'network_mode') === 'host' },
  { id: '5.11', what: 'memory is limited', breaks: body => !at(body, 'deploy', 'resources', 'limits', 'memory') && !at(body, 'mem_limit') },
  { id: '5.12', what: 'CPU is limited', breaks: body => !at(body, 'deploy', 'resources', 'limits', 'cpus') && !at(body, 'cpus') },
  { id: '5.13', what: 'the root file system is read-only', breaks: body => at(body, 'read_only') !== true },
  { id: '5.14', what: 'published ports are bound to one address of the host', breaks: body => portsOf(body).some(({ ip }) => ip === undefined || ip === '0.0.0.0' || ip === '::'), otherwise: 'review' },
  { id: '5.15', what: 'a container that fails is started again at most five times', breaks: body => !/^(no|on-failure:[1-5])$/.test(String(at(body, 'restart') ?? 'no')), otherwise: 'review' },
  { id: '5.16', what: "the host's processes are not shared", breaks: body => at(body, 'pid') === 'host' },
  { id: '5.17', what: "the host's IPC is not shared", breaks: body => at(body, 'ipc') === 'host' },
  { id: '5.18', what: 'no device of the host is handed in', breaks: body => at(body, 'devices') !== undefined },
  { id: '5.21', what: "the host's name is not shared", breaks: body => at(body, 'uts') === 'host' },
  { id: '5.22', what: 'the seccomp profile is not switched off', breaks: body => strings(body, 'security_opt').some(option => /seccomp[:=]unconfined/.test(option)) },
  { id: '5.26', what: 'no process gains privileges', breaks: body => !strings(body, 'security_opt').some(option => /^no-new-privileges([:=]true)?$/.test(option)) },
  { id: '5.29', what: 'the number of processes is limited', breaks: body => !at(body, 'deploy', 'resources', 'limits', 'pids') && !at(body, 'pids_limit') },
  { id: '5.30', what: "nothing is on Docker's default bridge", breaks: body => at(body, 'network_mode') === 'bridge' },
  { id: '5.31', what: "the host's user namespace is not shared", breaks: body => at(body, 'userns_mode') === 'host' },
  { id: '5.32', what: "Docker's socket is mounted nowhere", breaks: body => bindsOf(body).some(source => /docker\.sock$/.test(source)) },
];

function strings(body: Json, key: string): string[] {
  return (list(at(body, key)) ?? []).map(String);
}

function bindsOf(body: Json): string[] {
  return (list(at(body, 'volumes')) ?? []).flatMap(volume => {
    if (typeof volume !== 'string') return at(volume, 'type') === 'bind' ? [String(at(volume, 'source'))] : [];
    const [source = ''] = volume.split(':');
    return /^[./~$]/.test(source) ? [source] : [];
  });
}

/** A port that can be moved by a variable counts with its default. */
function portsOf(body: Json): { published: number; ip: string | undefined }[] {
  return (list(at(body, 'ports')) ?? []).map(port => {
    if (typeof port !== 'object') {
      const [ip, published] = /^(?:(.+):)?(\d+):\d+/.exec(String(port).replace(/\$\{\w+:-([^}]*)\}/g, '$1'))?.slice(1) ?? [];
      return { published: Number(published ?? NaN), ip };
    }
    const ip = at(port, 'host_ip');
    return { published: Number(String(at(port, 'published')).replace(/^\$\{\w+:-(.*)\}$/, '$1')), ip: typeof ip === 'string' ? ip : undefined };
  });
}
