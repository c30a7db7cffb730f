import { Postgres, ReleaseJob } from '../../constructs';
import { Compose, Config, Kubernetes, Secret, text, type Stack, type StackProps, type Target } from '../../lib';
import { Template } from '../../lib/testing';
import { IMAGE, service, shop } from '../support/stacks';

export const TARGETS: readonly Target[] = [new Compose(), new Kubernetes()];

/** `shop/dev` on both targets: an api with a database, release jobs of both kinds and a config, and a service alone. */
export function small(props: Partial<StackProps> = {}, build: (stack: Stack) => void = () => undefined): Stack {
  let made: Stack | undefined;
  shop(stack => {
    made = stack;
    const db = new Postgres(stack, 'db', { version: 17, storage: '1Gi' });
    const job = new ReleaseJob(stack, 'migrate', { image: IMAGE, command: ['migrate'], env: { DB: db.url } });
    const seed = new ReleaseJob(stack, 'seed', { image: IMAGE, command: ['seed'], check: ['seed', '--check'], env: { DB: db.url } });
    const stripe = new Secret(stack, 'stripe', { keys: ['api-key'] });
    const config = new Config(stack, 'settings', { files: { 'settings.ini': 'colour = blue\n' } });
    service(stack, 'api', { env: { DB: db.url, KEY: text`key:${stripe.key('api-key')}` }, after: [job, seed], mounts: [{ config, path: '/etc/api' }], ports: { http: 8080, gossip: { number: 7000, protocol: 'udp' } } });
    service(stack, 'alone');
    build(stack);
  }, { targets: TARGETS, ...props });
  return made!;
}

export const template = (target: Target, build?: (stack: Stack) => void): Template => Template.of(small({}, build), target);
