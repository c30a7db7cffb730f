import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { complianceOf } from '../../../lib/cli/security-report/compliance';
import type { Report } from '../../../lib/cli/security-report/report';
import { composeOf, service } from '../../support/stacks';
import { compose8s, eachInFolderOfItsOwn } from '../run-command';
import { CLEAN, outputs } from './outputs';

eachInFolderOfItsOwn();

/** What the library emits by default, which a test then makes worse. */
const SAFE = `services:
  web:
    image: web:1.0
    restart: on-failure:5
    healthcheck: {test: [CMD, 'true']}
    user: '1000:1000'
    read_only: true
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:true']
    deploy: {resources: {limits: {cpus: '1', memory: 64m, pids: 100}}}
`;
const DOCKERFILE = 'FROM alpine:3.22 AS base\nRUN apk update && apk add curl\nFROM base\nCOPY . .\nUSER 1000:1000\n';

function failing(compose: string, dockerfile = DOCKERFILE): string[] {
  outputs('emitted', { 'services.yaml': compose, 'images/web/Dockerfile': dockerfile });
  return complianceOf('emitted')!.filter(({ outcome }) => outcome !== 'pass').map(({ id, outcome, of }) => `${id} ${outcome} ${of.join(',')}`);
}

describe('the items of the benchmark', () => {
  test('are kept by a safe service and a safe Dockerfile', () => {
    expect(failing(SAFE)).toEqual([]);
  });

  test.each([
    { id: '4.1', line: 'x: y', without: / {4}user.*\n/ }, { id: '4.6', line: 'x: y', without: / {4}healthcheck.*\n/ }, { id: '5.4', line: 'cap_add: [SYS_ADMIN]' }, { id: '5.4', line: 'x: y', without: / {4}cap_drop.*\n/ }, { id: '5.5', line: 'privileged: true' },
    { id: '5.6', line: 'volumes: ["/etc:/host:ro"]' }, { id: '5.6', line: 'volumes: [{type: bind, source: "${DIR:-..}", target: /x}]' }, { id: '5.10', line: 'network_mode: host' }, { id: '5.11', line: 'x: y', without: /memory: 64m, / },
    { id: '5.12', line: 'x: y', without: /cpus: '1', / }, { id: '5.13', line: 'x: y', without: / {4}read_only.*\n/ }, { id: '5.16', line: 'pid: host' }, { id: '5.17', line: 'ipc: host' }, { id: '5.18', line: 'devices: ["/dev/sda"]' }, { id: '5.21', line: 'uts: host' },
    { id: '5.26', line: 'x: y', without: / {4}security_opt.*\n/ }, { id: '5.29', line: 'x: y', without: /, pids: 100/ }, { id: '5.30', line: 'network_mode: bridge' }, { id: '5.31', line: 'userns_mode: host' },
  ])('$id fails with: $line', ({ id, line, without }) => {
    expect(failing(`${without ? SAFE.replace(without, '') : SAFE}    ${line}\n`)).toEqual([`${id} fail web`]);
  });

  test('5.22 fails without seccomp', () => {
    expect(failing(SAFE.replace("['no-new-privileges:true']", "['no-new-privileges:true', 'seccomp:unconfined']"))).toEqual(['5.22 fail web']);
  });

  test("5.32 fails with Docker's socket, which is a folder of the host as well", () => {
    expect(failing(`${SAFE}    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n`)).toEqual(['5.6 fail web', '5.32 fail web']);
  });

  test('that may be meant so are left to a person: ports of the web, endless restarts', () => {
    expect(failing(`${SAFE.replace('on-failure:5', 'always')}    ports: [{target: 8080, published: "\${WEB_PORT:-80}"}]\n`)).toEqual(['5.8 review web', '5.14 review web', '5.15 review web']);
    expect(failing(`${SAFE}    ports: ['127.0.0.1:8080:80']\n`)).toEqual([]);
  });

  test.each([
    { id: '4.1', text: DOCKERFILE.replace('1000:1000', '0:0') }, { id: '4.1', text: DOCKERFILE.replace(/USER.*/, '') }, { id: '4.2', text: DOCKERFILE.replace(':3.22', '') }, { id: '4.2', text: DOCKERFILE.replace('3.22', 'latest') },
    { id: '4.7', text: DOCKERFILE.replace('apk update && apk add curl', 'apt-get update') }, { id: '4.9', text: DOCKERFILE.replace('COPY', 'ADD') }, { id: '4.10', text: `${DOCKERFILE}ENV DB_PASSWORD=hunter2\n` },
  ])('$id fails with: $text', ({ id, text }) => {
    expect(failing(SAFE, text)).toEqual([`${id} fail images/web/Dockerfile`]);
  });

  test('are all kept by what this library emits', () => {
    const { files } = composeOf(stack => { service(stack, 'web'); });
    outputs('emitted', Object.fromEntries([...files].map(([path, file]) => [path, 'text' in file ? file.text : ''])));
    expect(complianceOf('emitted')!.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  });

  test('of images are not judged where there is no Dockerfile, nor any where there is no service', () => {
    outputs('bare', { 'compose.yaml': SAFE });
    expect(complianceOf('bare')!.map(({ what }) => what).filter(what => /Dockerfile|base image/.test(what))).toEqual([]);
    outputs('empty', { 'compose.yaml': 'name: shop\n' });
    expect(complianceOf('empty')).toBeUndefined();
  });

  test('are not judged where nothing was emitted for Compose, and the report says so', async () => {
    expect(complianceOf('nowhere')).toBeUndefined();
    outputs('reports', CLEAN);
    const { stdout } = await compose8s('security-report reports');
    expect(stdout).toContain('The benchmark was not judged');
  });

  test('are judged where the plan says that the stack was emitted, and cost points', async () => {
    outputs('.', { 'dist/shop/prod/compose/services.yaml': SAFE.replace('read_only: true', 'read_only: false') });
    outputs('reports', CLEAN);
    const { code, stdout } = await compose8s('security-report reports');
    expect([code, (JSON.parse(readFileSync('reports/report.json', 'utf8')) as Report).deductions]).toEqual([0, [{ what: '1 of 22 items of the benchmark fail', points: 0.9 }]]);
    expect(stdout).toContain("Of the benchmark's 22 items that the emitted files show, 1 fails");
  });

  test('stop the report where the Compose file is damaged', async () => {
    outputs('.', { 'emitted/services.yaml': 'services: [', 'reports/x': '' });
    const { code, stderr } = await compose8s('security-report reports --emitted emitted');
    expect(code).toBe(2);
    expect(stderr).toContain('the Compose file in emitted cannot be read');
  });
});
