import { describe, expect, test } from '@jest/globals';
import { App, Certificate, Config, Probe, Secret, Volume, Workload, readProbes, readResources, text, type Stack } from '../../lib';
import { IMAGE, problemsOf, service, shop } from '../support/stacks';

/** Whatever is made inside a stack, to look at. */
function made<T>(make: (stack: Stack) => T): T {
  let result: { readonly value: T } | undefined;
  shop(stack => { result = { value: make(stack) }; });
  return result!.value;
}

describe('a secret', () => {
  test('of named keys has a password of 32 characters for each', () => {
    expect(made(stack => new Secret(stack, 'db', { keys: ['user', 'password'] })).spec.keys).toEqual({ user: { kind: 'password', length: 32 }, password: { kind: 'password', length: 32 } });
  });

  test('says of each key how its value comes to be', () => {
    const { spec } = made(stack => new Secret(stack, 'app', { keys: { session: Secret.hex(16), stripe: Secret.given('the dashboard', { minLength: 20 }) } }));
    expect(spec.keys).toEqual({ session: { kind: 'hex', bytes: 16 }, stripe: { kind: 'given', hint: 'the dashboard', minLength: 20 } });
  });

  test.each(['password', 'api-key', 'tls.crt', 'a_b', '2'])('can have the key %p', key => {
    expect(problemsOf(shop(stack => { new Secret(stack, 'db', { keys: [key] }); }))).toBe('');
  });

  test.each(['../password', '', 'API', 'a b', '.hidden', 'a/b', '-x', 'ends.'])('cannot have the key %p, which becomes the name of a file', key => {
    expect(problemsOf(shop(stack => { new Secret(stack, 'db', { keys: [key] }); }))).toContain(`✖ '${key}' cannot be a secret's key\n  at shop/dev/db\n`);
  });
});

describe('a config', () => {
  test('takes text, numbers and references to endpoints', () => {
    const config = made(stack => new Config(stack, 'app', { files: { 'app.conf': text`upstream ${service(stack, 'web').endpoint('http')}` } }));
    expect(config.spec.files['app.conf']!.references.map(({ kind }) => kind)).toEqual(['host']);
  });

  test.each(['../x', '..', '.', 'a/b', '/etc/passwd', '', 'a b', 'a\nb', '$x', 'é'])('cannot have a file called %p', name => {
    expect(problemsOf(shop(stack => { new Config(stack, 'app', { files: { [name]: '' } }); }))).toContain(`✖ '${name}' cannot be a config file's name\n  at shop/dev/app\n`);
  });

  test('of exactly one mebibyte is taken, and a byte more is not', () => {
    const ofBytes = (count: number) => problemsOf(shop(stack => { new Config(stack, 'app', { files: { a: 'ä'.repeat(2 ** 19 - 1), b: 'x'.repeat(count) } }); }));
    expect([ofBytes(2), ofBytes(3)]).toEqual(['', expect.stringContaining('the files are 1048577 bytes together; Kubernetes takes 1048576')]);
  });
});

describe('a volume', () => {
  test('that makes no sense is collected, with the field', () => {
    // @ts-expect-error -- 50 of what?
    expect(problemsOf(shop(stack => { new Volume(stack, 'data', { size: '50' }); }))).toContain("✖ size: '50' is not a size\n  at shop/dev/data\n");
  });

  test('filled from an image brings the workload that fills it, which runs once per release and mounts it', () => {
    const volume = made(stack => new Volume(stack, 'static', { size: '1Gi', filledBy: { image: IMAGE, command: ['collect'], path: '/srv' } }));
    expect(volume.spec.filledBy!.spec).toMatchObject({ runs: { kind: 'release' }, mounts: [{ volume, path: '/srv' }] });
  });
});

describe('a certificate', () => {
  test('that is given wants both halves from outside', () => {
    const { secret } = made(stack => new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind: 'given' } })).spec;
    expect(secret!.spec.keys).toEqual({
      'tls.crt': { kind: 'given', hint: 'the certificate for shop.example with its chain, in PEM format', what: 'the certificate for shop.example with its chain, in PEM format' },
      'tls.key': { kind: 'given', hint: 'the private key of the certificate for shop.example, in PEM format', what: 'the private key of the certificate for shop.example, in PEM format' },
    });
  });

  test('by ACME has no secret: its volume is kept fresh', () => {
    const certificate = made(stack => new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind: 'acme', email: 'a@shop.example', issuer: 'x', volume: new Volume(stack, 'certificates', { size: '1Mi' }) } }));
    expect(certificate.spec.secret).toBeUndefined();
  });
});

describe('a workload', () => {
  test('without more words is a hardened service of one replica', () => {
    const { spec } = made(stack => new Workload(stack, 'web', { image: IMAGE }));
    expect({ ...spec, image: spec.image.reference, resources: JSON.parse(JSON.stringify(spec.resources)) as object }).toMatchObject({
      image: 'example/app:1.0', runs: { kind: 'service', replicas: 1, restart: 'unless-stopped' }, user: { uid: 10001, gid: 10001 }, init: true, internet: false, reaches: [], processes: 256, loosened: {},
      resources: { cpu: { limit: { millis: 1000 }, request: { millis: 250 } }, memory: { limit: { bytes: 2 ** 29 }, request: { bytes: 2 ** 29 } } },
      scratch: [{ path: '/tmp', size: { bytes: 2 ** 26 } }],
    });
  });

  test('has the requests that it asks for, and else the whole memory and a quarter of the CPU', () => {
    const numbers = ({ cpu, memory }: ReturnType<typeof readResources>) => [cpu.request.millis, cpu.limit.millis, `${memory.request}`, `${memory.limit}`];
    expect([
      numbers(readResources({ cpu: 2, memory: '1Gi' })),
      numbers(readResources({ cpu: { request: '100m', limit: 2 }, memory: { request: '512Mi', limit: '1Gi' } })),
      numbers(readResources({ cpu: '1m', memory: '1Gi' })),
    ]).toEqual([[500, 2000, '1 GiB', '1 GiB'], [100, 2000, '512 MiB', '1 GiB'], [1, 1, '1 GiB', '1 GiB']]);
  });

  test('speaks TCP on its ports unless it says otherwise', () => {
    expect(made(stack => service(stack, 'web', { ports: { http: 8080, dns: { number: 5353, protocol: 'udp' } } })).spec.ports).toEqual({ http: { number: 8080, protocol: 'tcp' }, dns: { number: 5353, protocol: 'udp' } });
  });

  test('collects every value that makes no sense, and goes on', () => {
    const problems = problemsOf(shop(stack => {
      service(stack, 'web', {
        // @ts-expect-error -- no unit
        resources: { cpu: 1, memory: '512' }, sharedMemory: '64', scratch: [{ path: '/tmp', size: '8' }], stop: { grace: '10' }, logs: { maxSize: '10', maxFiles: 3 },
      });
    }));
    expect(problems.match(/✖ .*/g)).toEqual([
      "✖ scratch /tmp: '8' is not a size", "✖ sharedMemory: '64' is not a size", "✖ resources: '512' is not a size", "✖ stop.grace: '10' is not a duration", "✖ logs.maxSize: '10' is not a size",
    ]);
  });
});

describe('a probe', () => {
  test('is made every 10 seconds, may take 5, and fails after 3', () => {
    const { ready: { every, timeout, failures }, startup } = readProbes({ ready: Probe.http('/') }, new App());
    expect([`${every}`, `${timeout}`, failures, `${startup}`]).toEqual(['10s', '5s', 3, '30s']);
  });
});
