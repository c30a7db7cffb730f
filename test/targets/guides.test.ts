import { describe, expect, test } from '@jest/globals';
import { Compose, Kubernetes, Route, synthesize, Workload, type Stack } from '../../lib';
import { service, shop, textOf } from '../support/stacks';

/** The guide of each target. */
function guides(build: (stack: Stack) => void): { readonly compose: string; readonly kubernetes: string } {
  const { emissions, problems } = synthesize(shop(build, { targets: [new Compose(), new Kubernetes()] }));
  expect(problems).toEqual([]);
  const [compose, kubernetes] = emissions.map(({ files }) => textOf(files, 'OPERATIONS.md'));
  return { compose: compose!, kubernetes: kubernetes! };
}

const section = (guide: string, title: string) => guide.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!;

describe('a service that is to be started again after a failure only, and not without end', () => {
  const { compose, kubernetes } = guides(stack => {
    service(stack, 'web', { runs: Workload.service({ replicas: 2, restart: { onFailure: 3 } }) });
    service(stack, 'api');
  });

  test('does not run always on Compose, as others do', () => {
    expect(section(compose, 'Workloads')).toContain('\n| `web` | until it ends; after a failure again, 3 times; not after a reboot, 2 of it |');
    expect(section(compose, 'Workloads')).toContain('\n| `api` | always |');
    expect(section(kubernetes, 'Workloads')).toContain('\n| `web` | always, 2 of it; Deployment |');
  });

  test('is started after a reboot by a command, which the host can run itself', () => {
    const row = '| `Exited` after a reboot, or after many failures |';
    expect(section(compose, 'When something does not start')).toContain(`${row} \`web\`: Docker starts it again only after a failure, and not without end. \`docker compose up --wait\` does. To have`);
    for (const guide of [kubernetes, guides(stack => void service(stack, 'web')).compose]) expect(guide).not.toContain(row);
  });
});

test.each([{ reach: 'public', isSaid: true }, { reach: 'host', isSaid: false }] as const)('for a $reach route, whether Compose is said to want visitors by IPv4: $isSaid', ({ reach, isSaid }) => {
  const { compose, kubernetes } = guides(stack => void new Route(stack, 'in', { to: service(stack, 'web').endpoint('http'), published: 80, protocol: 'http', reach }));
  expect(section(compose, 'What the host needs').includes('\n- Visitors by IPv4. ')).toBe(isSaid);
  expect(kubernetes).not.toContain('Visitors by IPv4');
});
