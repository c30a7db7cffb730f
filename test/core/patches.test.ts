import { describe, expect, test } from '@jest/globals';
import { Postgres } from '../../constructs';
import { Compose, Kubernetes, Size, strict, synthesize, Workload, type Note } from '../../lib';
import { composeOf, IMAGE, problemsOf, service, shop, textOf } from '../support/stacks';

const patched = (notes: readonly Note[]) => notes.filter(({ field }) => field === 'patch' || field === 'loosened').map(({ at, field, outcome, what }) => `${at.replace('shop/dev/', '')} ${field} ${outcome}: ${what}`);

describe('a patch', () => {
  test('edits what a construct becomes, and nothing else', () => {
    const { services } = composeOf(stack => {
      Compose.of(service(stack, 'web')).patch('services', web => ({ ...web, shm_size: '256mb' }));
      service(stack, 'api');
    });
    expect([services['web']!.shm_size, services['api']!.shm_size]).toEqual(['256mb', undefined]);
  });

  test('of a product reaches everything within it', () => {
    const { services, volumes } = composeOf(stack => {
      const db = new Postgres(stack, 'db', { storage: '1Gi' });
      Compose.of(db).patch('services', own => ({ ...own, hostname: 'db' }));
      Compose.of(db).patch('volumes', () => ({ name: 'kept' }));
    });
    expect([services['db']!.hostname, volumes]).toEqual(['db', { 'db-data': { name: 'kept' } }]);
  });

  test('of a stack reaches all of its services', () => {
    const { services } = composeOf(stack => {
      service(stack, 'web');
      service(stack, 'api');
      Compose.of(stack).patch('services', own => ({ ...own, extra_hosts: ['host:10.0.0.1'] }));
    });
    expect(Object.values(services).map(({ extra_hosts }) => extra_hosts)).toEqual([['host:10.0.0.1'], ['host:10.0.0.1']]);
  });

  test('comes after those further out, and after those that were added before', () => {
    const { services } = composeOf(stack => {
      const web = service(stack, 'web');
      Compose.of(web).patch('services', own => ({ ...own, hostname: `${own.hostname}-web` }));
      Compose.of(web).patch('services', own => ({ ...own, hostname: `${own.hostname}-again` }));
      Compose.of(stack).patch('services', own => ({ ...own, hostname: 'stack' }));
    });
    expect(services['web']!.hostname).toBe('stack-web-again');
  });

  test('is the same at the second rendering: it edits documents, not the stack', () => {
    const app = shop(stack => { Compose.of(service(stack, 'web')).patch('services', own => ({ ...own, hostname: `${own.hostname ?? ''}x` })); });
    const hostnames = () => synthesize(app).emissions.map(({ files }) => /hostname: (x+)\n/.exec(textOf(files, 'compose.yaml'))?.[1]);
    expect([hostnames(), hostnames()]).toEqual([['x'], ['x']]);
  });

  test('that meets nothing is a problem, which names what it could meet', () => {
    expect(problemsOf(shop(stack => { Compose.of(service(stack, 'web')).patch('volumes', volume => volume); })))
      .toBe("✖ the patch of 'volumes' met nothing: shop/dev/web makes none\n  at shop/dev/web\n  fix: patch one of: services\n");
  });

  test('that fails is a problem where it was made, with its line, beside all others', () => {
    const problems = problemsOf(shop(stack => {
      Compose.of(service(stack, 'web')).patch('services', () => { throw new TypeError('no such entry'); });
      Compose.of(service(stack, 'api')).patch('services', own => ({ ...own, mem_limit: Size.of('12 apples' as never).toString() }));
      Compose.of(service(stack, 'job')).patch('volumes', volume => volume);
    }));
    expect(problems).toMatch(/^✖ a patch failed here: TypeError: no such entry\n {2}at shop\/dev\/web\n {2}fix: mend the patch: .*patches\.test\.ts:\d+:\d+\n/);
    expect(problems.slice(problems.indexOf('✖', 1))).toBe([
      "✖ a patch failed here: '12 apples' is not a size\n  at shop/dev/api\n  fix: write a positive number with its unit, such as 512Mi, 2Gi or 40GB\n",
      "✖ the patch of 'volumes' met nothing: shop/dev/job makes none\n  at shop/dev/job\n  fix: patch one of: services\n",
    ].join('\n'));
  });

  test('is noted wherever it changes something', () => {
    const { notes } = composeOf(stack => {
      const [web, api] = [service(stack, 'web'), service(stack, 'api', { connects: [service(stack, 'db').endpoint('http')] })];
      Compose.of(web).patch('services', own => ({ ...own, cpuset: '0-3' }));
      Compose.of(api).patch('services', own => own);
      Compose.of(api).patch('networks', own => ({ ...own, attachable: true }));
    });
    expect(patched(notes)).toEqual([
      'web patch approximated: its service is edited by hand, for this target alone',
      'api patch approximated: its network is edited by hand, for this target alone',
    ]);
  });

  test('that changes the entry where it stands is noted like any other', () => {
    const { notes } = synthesize(shop(stack => {
      const web = service(stack, 'web');
      Compose.of(web).patch('services', own => {
        own.cap_drop!.pop();
        return Object.assign(own, { privileged: true });
      });
      Kubernetes.of(web).patch('Deployment', deployment => {
        (deployment.spec!.template.spec as { hostNetwork?: boolean }).hostNetwork = true;
        return deployment;
      });
    }, { targets: [new Compose(), new Kubernetes()] }));
    expect(patched(notes)).toEqual([
      'web patch approximated: its service is edited by hand, for this target alone',
      'web loosened left-out: by a patch it is privileged: root on the host',
      'web loosened left-out: by a patch it has the capabilities that Docker gives to everybody',
      'web patch approximated: its Deployment is edited by hand, for this target alone',
      'web loosened left-out: by a patch it shares the network of the node',
    ]);
  });

  test('that fails half-way leaves nothing of what it changed', () => {
    const { rendering } = synthesize(shop(stack => {
      Compose.of(service(stack, 'web')).patch('services', own => {
        own.privileged = true;
        throw new Error('no more');
      });
    })).emissions[0] ?? {};
    expect(rendering?.documents.map(({ body }) => (body as { privileged?: boolean }).privileged)).toEqual([undefined]);
  });

  test('can tell the entries of a construct apart by their names, on both targets', () => {
    const { emissions } = synthesize(shop(stack => {
      const web = service(stack, 'web', { internet: true, connects: [service(stack, 'db').endpoint('http')] });
      Compose.of(web).patch('networks', (network, name) => (name === 'web-internet' ? { name: 'traefik', external: true } : network));
      Kubernetes.of(stack).patch('Deployment', (deployment, name) => (name === 'db' ? { ...deployment, spec: { ...deployment.spec!, paused: true } } : deployment));
    }, { targets: [new Compose(), new Kubernetes()] }));
    const bodies = (kind: string) => Object.fromEntries(emissions.flatMap(({ rendering: { documents } }) => documents.filter(document => document.kind === kind).map(({ name, body }) => [name, body])));
    expect(bodies('networks')).toEqual({ 'web--db': { internal: true }, 'web-internet': { name: 'traefik', external: true } });
    expect(bodies('Deployment')).toMatchObject({ db: { spec: { paused: true } }, web: { spec: expect.not.objectContaining({ paused: true }) } });
  });

  test('that gives up a safeguard is noted for it, and --strict sees that', () => {
    const { notes } = composeOf(stack => {
      Compose.of(service(stack, 'web', { loosened: { writableRoot: true } })).patch('services', ({ security_opt: _options, read_only: _readOnly, ...own }) => ({
        ...own, privileged: true, cap_drop: [], cap_add: ['SYS_ADMIN'], user: 'root', pid: 'host', network_mode: 'host', networks: undefined,
        volumes: ['/var/run/docker.sock:/s', { type: 'bind', source: '/etc', target: '/etc-of-host' }, './here:/here'], security_opt: ['seccomp=unconfined'],
      }));
    });
    expect(patched(notes).slice(1)).toEqual([
      'it is privileged: root on the host', 'it shares the network of the host', 'it shares the processes of the host',
      'it has /var/run/docker.sock: who controls the engine controls the host', 'it sees /etc of the host', 'it runs as root',
      'it has the capabilities that Docker gives to everybody', 'it has the capability SYS_ADMIN', 'its processes can gain rights',
      'a confinement of its processes is off (seccomp=unconfined)',
    ].map(what => `web loosened left-out: by a patch ${what}`));
    expect(strict(notes).map(({ what }) => what.split(' exactly')[0])).toEqual(expect.arrayContaining(['compose does not express patch', 'compose does not express loosened']));
  });

  test('that gives up a safeguard on a cluster is noted too', () => {
    const { notes, problems } = synthesize(shop(stack => {
      const web = service(stack, 'web');
      const job = new Workload(stack, 'job', { image: IMAGE, runs: { kind: 'task' } });
      Kubernetes.of(web).patch('Deployment', ({ spec, ...own }) => ({ ...own, spec: { ...spec, template: { ...spec.template, spec: {
        ...spec.template.spec!, hostNetwork: true, securityContext: { runAsUser: 0 }, volumes: [{ name: 'host', hostPath: { path: '/etc' } }],
        containers: spec.template.spec!.containers.map(({ securityContext: _context, ...container }) => ({ ...container, securityContext: { privileged: true } })),
      } } } }));
      Kubernetes.of(job).patch('CronJob', own => ({ ...own, metadata: { ...own.metadata, annotations: { why: 'to see' } } }));
      Kubernetes.of(stack).patch('Namespace', own => ({ ...own, metadata: { ...own.metadata, labels: {} } }));
    }, { targets: [new Kubernetes()] }));
    expect(problems).toEqual([]);
    expect(patched(notes)).toEqual([
      'shop/dev patch approximated: its Namespace is edited by hand, for this target alone',
      'shop/dev loosened left-out: by a patch the namespace takes pods that Pod Security "restricted" would refuse',
      'web patch approximated: its Deployment is edited by hand, for this target alone',
      ...[
        'it shares the network of the node', 'it sees /etc of the node', 'it is privileged: root on the node', 'it runs as root', 'it has the capabilities that the runtime gives to everybody',
        'its processes can gain rights', 'every call of the kernel is open to it (no seccomp profile)', 'its root file system can be written to',
      ].map(what => `web loosened left-out: by a patch ${what}`),
      'job patch approximated: its CronJob is edited by hand, for this target alone',
    ]);
  });

  test('is accepted by name; what it gives up wants a word of its own', () => {
    const notesOf = (accepts: readonly string[]) => composeOf(stack => { Compose.of(service(stack, 'web')).patch('services', own => ({ ...own, privileged: true })); }, { accepts: { compose: accepts } }).notes;
    expect(strict(notesOf(['patch'])).map(({ what }) => what)).toEqual(['compose does not express loosened exactly: by a patch it is privileged: root on the host']);
    expect(strict(notesOf(['patch', 'loosened']))).toEqual([]);
  });

  test('is typed by what it edits', () => {
    const { services } = composeOf(stack => {
      const web = Compose.of(service(stack, 'web'));
      // @ts-expect-error -- a number is no image
      void (() => web.patch('services', own => ({ ...own, image: 5 })));
      // @ts-expect-error -- a name is a word
      void (() => web.patch('services', (own, name: number) => ({ ...own, hostname: name })));
      // @ts-expect-error -- a patch gives back the whole entry
      void (() => web.patch('services', own => own.image));
      web.patch('services', () => ({ image: 'example/app:2.0' }));
    });
    expect(services).toEqual({ web: { image: 'example/app:2.0' } });
  });
});
