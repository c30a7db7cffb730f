import { at, isMapping, type FieldChange } from './fields';
import { dataAtRisk, inPlace, recreate, type Verdict } from './impact';
import { otherFormat } from './stored-data';
import type { Rule } from './rules';

/** What Docker Compose leaves out when it asks whether a container still is as its service says. */
const NOT_IN_HASH = /^(build|pull_policy|depends_on|profiles|scale|deploy\.replicas|develop)(\.|\[|$)/;

/** By the sections of a Compose file. */
export const COMPOSE_RULES: Readonly<Record<string, Rule>> = {
  services: {
    added: () => [inPlace('a new container starts')],
    removed: () => [recreate('its containers are stopped and removed, if `up` is told --remove-orphans')],
    changed: ({ before, after, fields }) => {
      const hashed = fields.filter(({ path }) => !NOT_IN_HASH.test(path));
      return [...movedMounts(before, after), ...otherFormat(at(before, 'image'), at(after, 'image'), volumesByPath(before).keys()), ...(hashed.length > 0 ? [recreate(whyRecreated(hashed))] : [inPlace('Compose does not recreate containers for it')])];
    },
  },
  volumes: {
    added: () => [inPlace('a new, empty volume')],
    removed: () => [dataAtRisk('its data stays on the host, used by nobody; under another name, a volume begins empty')],
    changed: ({ name }) => [dataAtRisk('Compose offers to recreate a volume whose definition changed, which removes its data', [name])],
  },
  networks: {
    added: () => [inPlace('a new network')],
    removed: () => [inPlace('nobody is on it any more')],
    changed: () => [recreate('the network is made anew, and the containers on it with it')],
  },
  configs: { added: () => [inPlace('mounted by what names it')], removed: () => [inPlace('nobody mounts it')], changed: () => [inPlace('what mounts it is recreated by its own change')] },
  secrets: { added: () => [inPlace('mounted by what names it')], removed: () => [inPlace('nobody mounts it')], changed: () => [inPlace('what mounts it is recreated by its own change')] },
  project: {
    added: () => [inPlace('a new project')],
    removed: () => [dataAtRisk("a project of another name has volumes of its own, which begin empty; this one's containers stay until somebody stops them")],
    changed: () => [],
  },
};

function whyRecreated(fields: readonly FieldChange[]): string {
  return fields.every(({ path }) => path === 'image') ? 'a container of the new image takes the place of the old one' : 'Compose recreates a container whose configuration changed';
}

/** Another volume where the data was: the service would start without it. */
function movedMounts(before: unknown, after: unknown): Verdict[] {
  const now = volumesByPath(after);
  return [...volumesByPath(before)].flatMap(([path, volume]) => {
    const other = now.get(path);
    return other === volume ? [] : [dataAtRisk(other ? `at ${path} it would find the volume ${other} instead of ${volume}` : `it no longer sees the volume ${volume} at ${path}`, [volume])];
  });
}

function volumesByPath(service: unknown): Map<string, string> {
  const mounts = at(service, 'volumes');
  return new Map((Array.isArray(mounts) ? mounts as unknown[] : []).flatMap((mount): [string, string][] => {
    if (isMapping(mount)) return mount.type === 'volume' ? [[String(mount.target), String(mount.source)]] : [];
    const [source, target] = String(mount).split(':');
    return target && !/^[./~$]/.test(source!) ? [[target, source!]] : [];
  }));
}
