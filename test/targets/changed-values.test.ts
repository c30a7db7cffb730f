import { afterEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificate, Compose, Kubernetes, Secret, synthesize, type Graph } from '../../lib';
import { initSecrets } from '../../lib/core/secrets';
import { cleanUp, modeOf, temporaryFolder, valuesFor } from '../support/secrets';
import { service, shop, textOf } from '../support/stacks';

afterEach(cleanUp);

/** Root may write into what is read-only: where it runs the tests, somebody else types the commands. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const KEYS = ['keys/api-key', 'keys/session', 'pair/tls.crt', 'pair/tls.key'] as const;

function emitted() {
  const { emissions, problems } = synthesize(shop(stack => {
    const keys = new Secret(stack, 'keys', { keys: { 'api-key': Secret.given('the dashboard'), session: Secret.password() } });
    const certificate = new Certificate(stack, 'pair', { hosts: ['shop.example'], source: { kind: 'given' } });
    service(stack, 'web', { mounts: [{ secret: keys, path: '/run/secrets/keys' }, { certificate, path: '/etc/tls' }] });
  }, { targets: [new Compose(), new Kubernetes()] }));
  expect(problems).toEqual([]);
  return emissions;
}

/** A project with values that `secrets init` has made or found, and what a copy of it leaves on a server, all of them `NOBODY`'s. */
function madeFor(graph: Graph) {
  const project = temporaryFolder();
  const values = valuesFor(project);
  for (const folder of ['keys', 'pair']) values.makeFolder(folder);
  for (const key of KEYS.filter(path => path !== 'keys/session')) writeFileSync(join(values.path, key), `former ${key}\n`, { mode: 0o600 });
  const init = () => initSecrets(graph, values);
  expect(init()).toMatchObject({ made: ['keys/session'], missing: [], wrongModes: [] });
  mkdirSync(join(project, 'server/compose'), { recursive: true });
  cpSync(values.path, join(project, 'server/secrets'), { recursive: true });
  for (const [name, content] of Object.entries({ NEW: 'another value', 'new.crt': 'another certificate', 'new.key': 'another key' })) {
    for (const folder of ['.', 'server/compose']) writeFileSync(join(project, folder, name), `${content}\n`);
  }
  const { uid, gid } = NOBODY;
  if (uid !== undefined) for (const path of ['.', ...readdirSync(project, { recursive: true, encoding: 'utf8' })]) chownSync(join(project, path), uid, gid);
  return {
    init,
    at: (path: string) => join(values.path, path),
    server: (path: string) => join(project, 'server/secrets', path),
    type: (commands: string, folder = '.') => spawnSync('sh', ['-euc', commands.replaceAll('/srv/shop-dev', join(project, 'server'))], { ...NOBODY, cwd: join(project, folder), encoding: 'utf8' }),
  };
}

/** What a section has one type, without that which wants a server or a cluster. */
function commandsOf(guide: string, title: string): string {
  const text = guide.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!;
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block]) => block!.split('\n')).filter(line => /^(rm|install|cp) /.test(line)).join('\n');
}

const content = (path: string) => readFileSync(path, 'utf8').trim();
const ended = { status: 0, stderr: '' };

describe.each(emitted().map(({ target, graph, files }) => ({ target: target.name, graph, guide: textOf(files, 'OPERATIONS.md') })))('by the commands of the guide for $target, somebody who is not root', ({ target, graph, guide }) => {
  const ofValue = (key: string) => commandsOf(guide, 'Secrets').replaceAll('SECRET/KEY', key);

  test('changes a value that a person gives, though nobody can write into its file', () => {
    const { type, at, server } = madeFor(graph);
    expect(type(`cat NEW > ${at('keys/api-key')}`).status).not.toBe(0);
    expect(type(ofValue('keys/api-key'))).toMatchObject(ended);
    expect(content(at('keys/api-key'))).toBe('another value');
    expect(modeOf(at('keys/api-key'))).toBe('0444');
    expect(content(server('keys/api-key'))).toBe(target === 'compose' ? 'another value' : 'former keys/api-key');
  });

  test('has a value made anew, once its file is gone', () => {
    const { type, at, init } = madeFor(graph);
    const former = content(at('keys/session'));
    const [remove] = ofValue('keys/session').split('\n');
    expect(type(remove!)).toMatchObject(ended);
    expect(init()).toMatchObject({ made: ['keys/session'], missing: [] });
    expect(content(at('keys/session'))).not.toBe(former);
  });

  test('replaces a certificate together with its key', () => {
    const { type, at, server } = madeFor(graph);
    const [folder, place] = target === 'compose' ? ['server/compose', server] : ['.', at];
    expect(type(commandsOf(guide, 'Certificates'), folder)).toMatchObject(ended);
    expect([content(place('pair/tls.crt')), content(place('pair/tls.key'))]).toEqual(['another certificate', 'another key']);
    expect([modeOf(place('pair/tls.crt')), modeOf(place('pair/tls.key'))]).toEqual(['0444', '0444']);
  });
});
