import { expect, test } from '@jest/globals';
import type { RunningStack } from './stack';

/** What holds of every container, whatever it runs. */
export function describeHardening(stack: () => RunningStack): void {
  test('no process of any container is root, has a capability, can gain one, or escapes seccomp', async () => {
    const services = await stack().running();
    const statuses = await Promise.all(services.map(service => stack().exec(service, 'sh', '-c', 'cat /proc/[0-9]*/status 2>/dev/null; true')));
    // Whatever Docker runs inside begins as runc, which steps down on its way: a health check may be just there.
    const processes = statuses.flatMap((text, i) => text.split(/^(?=Name:)/m).map(status => ({ service: services[i], ...fieldsOf(status) })).filter(({ name }) => !name.startsWith('runc:[')));
    expect(processes.length).toBeGreaterThan(services.length);
    expect(processes.filter(({ uid, gid, capabilities, noNewPrivileges, seccomp }) =>
      uid.includes(0) || gid.includes(0) || capabilities !== 0 || noNewPrivileges !== '1' || seccomp !== '2')).toEqual([]);
  });

  test('the root file system of every container is read-only', async () => {
    const services = await stack().running();
    const options = await Promise.all(services.map(service => stack().exec(service, 'awk', '$5 == "/" { print $6 }', '/proc/self/mountinfo')));
    expect(Object.fromEntries(services.map((service, i) => [service, options[i]!.split(',')[0]]))).toEqual(Object.fromEntries(services.map(service => [service, 'ro'])));
  });

  test('every container, also of what runs once, was started with all restrictions, with limits, and without a volume that nobody named', async () => {
    for (const [service, { Config, HostConfig, Mounts }] of await stack().containers()) {
      expect({ service, user: Config.User, ...HostConfig }).toMatchObject({
        user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/), ReadonlyRootfs: true, Privileged: false, CapDrop: ['ALL'], CapAdd: null,
        SecurityOpt: expect.arrayContaining([expect.stringMatching(/^no-new-privileges/)]),
      });
      expect({ service, anonymous: Mounts.filter(({ Type, Name }) => Type === 'volume' && /^[0-9a-f]{64}$/.test(Name!)) }).toEqual({ service, anonymous: [] });
      expect(Math.min(HostConfig.Memory, HostConfig.NanoCpus, HostConfig.PidsLimit)).toBeGreaterThan(0);
    }
  });
}

function fieldsOf(status: string) {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
  const ids = (name: string) => field(name).split(/\s+/).map(Number);
  return {
    name: field('Name'), uid: ids('Uid'), gid: ids('Gid'), capabilities: parseInt(field('CapEff'), 16), noNewPrivileges: field('NoNewPrivs'), seccomp: field('Seccomp'),
  };
}
