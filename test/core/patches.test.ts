import { describe, expect, test } from '@jest/globals';
import { Postgres } from '../../constructs';
import { Compose, synthesize } from '../../lib';
import { composeOf, problemsOf, service, shop, textOf } from '../support/stacks';

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

  test('is typed by what it edits', () => {
    const { services } = composeOf(stack => {
      const web = Compose.of(service(stack, 'web'));
      // @ts-expect-error -- a number is no image
      web.patch('services', own => ({ ...own, image: 5 }));
      // @ts-expect-error -- a patch gives back the whole entry
      web.patch('services', own => own.image);
      web.patch('services', () => ({ image: 'example/app:2.0' }));
    });
    expect(services).toEqual({ web: { image: 'example/app:2.0' } });
  });
});
