import type { ComposeService } from './types';

const NAMESPACES = { network_mode: 'network', pid: 'processes', ipc: 'shared memory', uts: 'host name', cgroup: 'control groups', userns_mode: 'users' } as const;

/** Safeguards of a service that are not there, in words. All of ours have them, but for what the program loosened. */
export function composeWeaknesses(section: string, entry: object): string[] {
  return section === 'services' ? [...weaknessesOf(entry as ComposeService)] : [];
}

function* weaknessesOf(service: ComposeService): Iterable<string> {
  if (isOn(service.privileged)) yield 'it is privileged: root on the host';
  for (const [field, what] of Object.entries(NAMESPACES)) {
    if (service[field as keyof typeof NAMESPACES] === 'host') yield `it shares the ${what} of the host`;
  }
  for (const volume of service.volumes ?? []) {
    const source = typeof volume === 'string' ? volume.split(':')[0]! : volume.source ?? '';
    if (/\.sock$/.test(source)) yield `it has ${source}: who controls the engine controls the host`;
    else if (/^[/~]/.test(source)) yield `it sees ${source} of the host`;
  }
  if ((service.devices ?? []).length > 0) yield 'it has devices of the host';
  const [user = '', group = ''] = `${service.user ?? ''}`.split(':');
  if (user === '') yield 'it runs as whatever user the image names';
  else if (/^(0+|root)$/.test(user)) yield 'it runs as root';
  else if (/^(0+|root)$/.test(group)) yield "it runs in root's group";
  if (!(service.cap_drop ?? []).some(capability => /^(CAP_)?ALL$/i.test(capability))) yield 'it has the capabilities that Docker gives to everybody';
  for (const capability of service.cap_add ?? []) yield `it has the capability ${capability}`;
  const options = service.security_opt ?? [];
  if (!options.some(option => /^no-new-privileges([:=]true)?$/.test(option))) yield 'its processes can gain rights';
  for (const option of options) if (/[:=](unconfined|disable)$/.test(option)) yield `a confinement of its processes is off (${option})`;
  if (!isOn(service.read_only)) yield 'its root file system can be written to';
}

function isOn(value: boolean | string | undefined): boolean {
  return value === true || value === 'true';
}
