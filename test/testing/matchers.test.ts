import { describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compose, Kubernetes, Workload } from '../../lib';
import '../../lib/testing/jest';
import { temporaryFolder } from '../support/run';
import { IMAGE, service, thrownBy } from '../support/stacks';
import { small, template, TARGETS } from './shop';

describe('toHaveService', () => {
  test('finds a service of the Compose file, in a stack and in a template', () => {
    expect(small()).toHaveService('api');
    expect(template(new Compose())).toHaveService('api', { image: 'example/app:1.0', environment: expect.objectContaining({ KEY: expect.stringContaining('key:') }) });
  });

  test('finds none that is not there, or is not like that', () => {
    expect(small()).not.toHaveService('nginx');
    expect(small()).not.toHaveService('api', { image: 'example/app:2.0' });
  });

  test.each([
    { why: 'a name that is not there', run: () => expect(small()).toHaveService('apj'), message: "shop/dev on compose: there is no service 'apj'; did you mean 'api'?" },
    { why: 'a name like no other', run: () => expect(small()).toHaveService('nginx'), message: "shop/dev on compose: there is no service 'nginx'; there are: db, migrate, seed, api, alone" },
    {
      why: 'a service that differs',
      run: () => expect(small()).toHaveService('api', { image: 'example/app:2.0', expose: ['8080'], cpuset: '0-1', deploy: { replicas: expect.any(String) } }),
      message: [
        "shop/dev on compose: the service 'api' is not as expected",
        '  image: expected "example/app:2.0", is "example/app:1.0"',
        '  expose: expected 1 entry, is 2 entries: ["8080","7000/udp"]',
        '  cpuset: expected "0-1", is not there',
        '  deploy.replicas: expected Any<String>, is 1',
      ].join('\n'),
    },
    { why: 'a service that should not be', run: () => expect(small()).not.toHaveService('api'), message: "shop/dev on compose: there is a service 'api', and should not be" },
    { why: 'a service that should be other', run: () => expect(small()).not.toHaveService('api', { read_only: true }), message: "shop/dev on compose: there is a service 'api' like that, and should not be" },
    { why: 'a part of a service that is not there, behind not', run: () => expect(small()).not.toHaveService('apj', { read_only: true }), message: "shop/dev on compose: there is no service 'apj'; did you mean 'api'?" },
    { why: 'another target', run: () => expect(template(new Kubernetes())).toHaveService('api'), message: "shop/dev on kubernetes: services are of Compose; ask for toHaveResource('Deployment', 'api'), or look at Template.of(stack, new Compose())" },
    { why: 'a stack without targets', run: () => expect(small({ targets: [] })).toHaveService('api'), message: 'shop/dev has no targets: give it one, or look at Template.of(stack, new Compose())' },
    { why: 'something else', run: () => expect('api').toHaveService('api'), message: 'expected a Stack or a Template: expect(stack), or expect(Template.of(stack, new Compose()))' },
  ])('tells $why', ({ run, message }) => {
    expect(thrownBy(run)).toBe(message);
  });
});

describe('toHaveResource', () => {
  test.each([
    { target: new Compose(), kind: 'volumes', name: 'db-data' },
    { target: new Kubernetes(), kind: 'StatefulSet', name: 'db' },
    { target: new Kubernetes(), kind: 'Job', name: 'seed' },
  ])('finds $kind/$name on $target.name, and in the stack', ({ target, kind, name }) => {
    expect(template(target)).toHaveResource(kind, name);
    expect(small()).toHaveResource(kind, name);
    expect(small()).not.toHaveResource(kind, 'other');
  });

  test('finds none that is not like that', () => expect(small()).not.toHaveResource('Deployment', 'api', { spec: { replicas: 2 } }));

  test('matches a part', () => {
    expect(small()).toHaveResource('Deployment', 'api', { spec: { replicas: 1, template: { spec: { containers: [{ name: 'api', resources: { limits: { memory: '512Mi' } } }] } } } });
  });

  test.each([
    { why: 'a name that is not there', run: () => expect(small()).toHaveResource('Deployment', 'apj'), message: "shop/dev on compose, shop/dev on kubernetes: there is no Deployment 'apj'; did you mean 'api'?" },
    { why: 'a part of what is not there, behind not', run: () => expect(small()).not.toHaveResource('Deployment', 'apj', { spec: { replicas: 2 } }), message: "shop/dev on compose, shop/dev on kubernetes: there is no Deployment 'apj'; did you mean 'api'?" },
    { why: 'a misspelt kind', run: () => expect(small()).toHaveResource('Deploymnt', 'api'), message: "there is no kind 'Deploymnt'; did you mean 'Deployment'?" },
    { why: 'a misspelt kind, of which there is none in any case', run: () => expect(small()).not.toHaveResource('Deploymnt', 'api'), message: "there is no kind 'Deploymnt'; did you mean 'Deployment'?" },
    { why: 'a misspelt section', run: () => expect(template(new Compose())).not.toHaveResource('service', 'api'), message: "there is no kind 'service'; did you mean 'Service' or 'services'?" },
    { why: 'a kind that is not there', run: () => expect(template(new Kubernetes())).toHaveResource('Ingress', 'api'), message: "shop/dev on kubernetes: there is no Ingress 'api'; there is none" },
    {
      why: 'what differs, and how many more do',
      run: () => expect(small()).toHaveResource('Deployment', 'api', { metadata: { labels: { a: '1', b: '2', c: '3', d: '4', 'app.kubernetes.io/name': 'web' } }, spec: { replicas: 2 } }),
      message: [
        "shop/dev on kubernetes: the Deployment 'api' is not as expected",
        '  metadata.labels.a: expected "1", is not there',
        '  metadata.labels.b: expected "2", is not there',
        '  metadata.labels.c: expected "3", is not there',
        '  metadata.labels.d: expected "4", is not there',
        '  metadata.labels["app.kubernetes.io/name"]: expected "web", is "api"',
        '  … and 1 more',
      ].join('\n'),
    },
    { why: 'a resource that should not be', run: () => expect(small()).not.toHaveResource('Deployment', 'api'), message: "shop/dev on kubernetes: there is a Deployment 'api', and should not be" },
  ])('tells $why', ({ run, message }) => {
    expect(thrownBy(run)).toBe(message);
  });
});

describe('toReach', () => {
  test.each(TARGETS)('follows the references on $name', target => {
    expect(template(target)).toReach('api', 'db', 5432);
    expect(template(target)).toReach('migrate', 'db', '5432/tcp');
    expect(template(target)).toReach('seed', 'db', 5432);
    expect(template(target)).not.toReach('alone', 'db', 5432);
    expect(template(target)).not.toReach('alone', 'api', '7000/udp');
  });

  test('asks every target of a stack', () => {
    expect(small()).toReach('api', 'db', 5432);
    expect(small()).not.toReach('alone', 'db', 5432);
  });

  test.each([
    {
      why: 'who can reach it instead',
      run: () => expect(small()).toReach('alone', 'db', 5432),
      message: [
        "shop/dev on compose: 'alone' cannot reach 'db' on port 5432", '  it can be reached by: migrate on 5432, seed on 5432, api on 5432',
        "shop/dev on kubernetes: 'alone' cannot reach 'db' on port 5432", '  it can be reached by: seed on 5432, api on 5432, migrate on 5432',
      ].join('\n'),
    },
    { why: 'that nobody can', run: () => expect(template(new Compose())).toReach('db', 'alone', 8080), message: "shop/dev on compose: 'db' cannot reach 'alone' on port 8080\n  it can be reached by: nobody" },
    {
      why: 'where it can, and what the target says of it',
      run: () => expect(small()).not.toReach('db', 'api', 8080),
      message: "shop/dev on compose: 'db' can reach 'api' on port 8080, and should not\n  Docker networks know neither ports nor directions: each pair that is connected can reach all ports of each other",
    },
    { why: 'a name that is not there', run: () => expect(template(new Kubernetes())).toReach('apj', 'db', 5432), message: "shop/dev on kubernetes has no workload 'apj'; did you mean 'api'?" },
    { why: 'a name that is not there, behind not', run: () => expect(template(new Kubernetes())).not.toReach('api', 'postgres', 5432), message: "shop/dev on kubernetes has no workload 'postgres'; there are: db, migrate, seed, api, alone" },
    { why: 'a port that is not declared, behind not', run: () => expect(template(new Compose())).not.toReach('api', 'db', 5433), message: "shop/dev on compose: 'db' declares no port 5433; it declares 5432" },
    { why: 'that there are no ports', run: () => expect(template(new Compose())).toReach('api', 'migrate', 80), message: "shop/dev on compose: 'migrate' declares no port 80; it declares none" },
    {
      why: 'a target that does not know',
      run: () => expect(template({ name: 'nomad', render: () => ({ documents: [], files: new Map(), notes: [], problems: [] }), print: () => new Map(), next: () => [] })).toReach('api', 'db', 5432),
      message: 'shop/dev on nomad: the target does not say who can reach whom',
    },
  ])('tells $why', ({ run, message }) => {
    expect(thrownBy(run)).toBe(message);
  });

  test('sees what a patch opens', () => {
    const opened = small({}, stack => Kubernetes.of(stack).patch('NetworkPolicy', policy => ({ ...policy, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] } })));
    expect(thrownBy(() => expect(opened).not.toReach('alone', 'db', 5432))).toBe("shop/dev on kubernetes: 'alone' can reach 'db' on port 5432, and should not");
  });
});

describe('toHaveNoSecretValues', () => {
  const VALUE = 'pa$$word/äöü+canary?';
  const withFile = (content: string) => small({}, stack => {
    service(stack, 'leaky', { env: { SAFE: 'safe' } });
    new Workload(stack, 'task', { image: IMAGE, command: ['run'], env: { LEAK: content }, runs: { kind: 'task' } });
  });

  test('is content where references stand', () => {
    expect(small()).toHaveNoSecretValues([VALUE, 'another canary']);
  });

  test.each([
    { way: 'with escaped dollars', content: VALUE },
    { way: 'URL-encoded', content: `postgres://u:${encodeURIComponent(VALUE)}@db` },
    { way: 'URL-encoded', content: encodeURIComponent(VALUE).replace(/%../g, code => code.toLowerCase()) },
    { way: 'in base64', content: Buffer.from(VALUE).toString('base64') },
    { way: 'in base64', content: Buffer.from(`u:${VALUE}`).toString('base64') },
    { way: 'in base64', content: Buffer.from(`a longer one: ${VALUE}, and more`).toString('base64url') },
    { way: 'in base64', content: Buffer.from(`us:${VALUE}.`).toString('base64') },
    { way: 'in hexadecimal', content: Buffer.from(VALUE).toString('hex') },
    { way: 'in JSON', content: JSON.stringify({ password: `${VALUE}\n"` }).replace(/\\n/, '') },
  ])('finds a value $way: $content', ({ way, content }) => {
    const message = thrownBy(() => expect(withFile(content)).toHaveNoSecretValues(['nowhere to be found', VALUE]));
    expect(message).not.toContain(VALUE);
    const lines = message.split('\n');
    expect(lines[0]).toBe('secret values are in the files of shop/dev:');
    if (way !== 'in JSON') expect(lines).toContain(`  value 2 of 2, ${way}: kubernetes, CronJob/task`);
  });

  test('finds values of several lines, whatever the indentation in the file', () => {
    expect(thrownBy(() => expect(withFile('-----BEGIN\nkey\n-----END')).toHaveNoSecretValues(['BEGIN\nkey\n']))).toContain('value 1 of 1, as it is: compose, services/task\n');
  });

  test('takes the values from the folder of the secrets, but for hidden files and short ones', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'stripe'));
    writeFileSync(join(folder, 'stripe/api-key'), 'canary-4711\n');
    writeFileSync(join(folder, 'stripe/short'), 'api');
    writeFileSync(join(folder, '.env'), 'example/app:1.0');
    expect(small()).toHaveNoSecretValues({ folder });
    expect(thrownBy(() => expect(template(new Kubernetes(), stack => { service(stack, 'leaky', { env: { LEAK: 'canary-4711' } }); })).toHaveNoSecretValues({ folder }))).toBe([
      'secret values are in the files of shop/dev:',
      '  stripe/api-key, as it is: kubernetes, leaky.yaml',
      '  stripe/api-key, as it is: kubernetes, Deployment/leaky',
    ].join('\n'));
  });

  test.each([
    { why: 'nothing to look for', run: () => expect(small()).toHaveNoSecretValues([]), message: 'no secret values were given: there is nothing to look for' },
    { why: 'a value that is found by chance', run: () => expect(small()).toHaveNoSecretValues(['long enough', 'api']), message: 'value 2 of 2 has 3 characters: it would be found by chance; give 6 or more' },
    { why: 'a word in place of a list', run: () => expect(small()).toHaveNoSecretValues('canary-4711' as never), message: "expected a list of values, or the folder that they are in: toHaveNoSecretValues({ folder: 'secrets/shop/prod' })" },
    { why: 'nothing in place of a list', run: () => expect(small()).not.toHaveNoSecretValues(undefined as never), message: "expected a list of values, or the folder that they are in: toHaveNoSecretValues({ folder: 'secrets/shop/prod' })" },
    { why: 'a value that is none', run: () => expect(small()).toHaveNoSecretValues([process.env.NOT_SET!]), message: "expected a list of values, or the folder that they are in: toHaveNoSecretValues({ folder: 'secrets/shop/prod' })" },
    { why: 'a file in place of a folder', run: () => expect(small()).toHaveNoSecretValues({ folder: __filename }), message: `${__filename} is a file; name the folder that the values are in, or give the value itself` },
    { why: 'an empty folder', run: () => expect(small()).toHaveNoSecretValues({ folder: '/nowhere' }), message: 'no secret values are in /nowhere; make them with: npx compose8s secrets init' },
    { why: 'that none is there, behind not', run: () => expect(small()).not.toHaveNoSecretValues(['canary-4711']), message: 'no secret values are in the files of shop/dev, and some should be' },
  ])('tells $why', ({ run, message }) => {
    expect(thrownBy(run)).toBe(message);
  });
});
