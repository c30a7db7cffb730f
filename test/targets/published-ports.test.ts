import { describe, expect, test } from '@jest/globals';
import { Route, text, type Stack } from '../../lib';
import { composeOf, service } from '../support/stacks';
import { clusterOf } from './kubernetes/cluster';

const site = (stack: Stack) => {
  const web = service(stack, 'web');
  const route = new Route(stack, 'https', { to: web.endpoint('http'), published: 8443, reach: 'public' });
  service(stack, 'mailer', { env: { LINK: text`https://shop.example:${route.publishedPort}/` }, command: ['serve', text`--port=${route.publishedPort}`] });
};

describe('the number of a published port in the environment and on the command line', () => {
  test('follows the variable that moves the port on Compose', () => {
    const { services, file } = composeOf(site);
    expect(services['mailer']!.environment).toEqual({ LINK: 'https://shop.example:${WEB_HTTP_PORT:-8443}/' });
    expect(services['mailer']!.entrypoint).toEqual(['serve', '--port=${WEB_HTTP_PORT:-8443}']);
    expect(file('.env.example')).toContain('#WEB_HTTP_PORT=8443');
  });

  test('is the number itself on Kubernetes', () => {
    const [container] = clusterOf(site).pod('mailer').containers;
    expect(container).toMatchObject({ env: [{ name: 'LINK', value: 'https://shop.example:8443/' }], command: ['serve', '--port=8443'] });
  });

  test('makes no edge: to know the number is not to call', () => {
    expect(composeOf(site).services['mailer']!.depends_on).toBeUndefined();
    expect(clusterOf(site).all).not.toContain('NetworkPolicy/mailer');
  });
});
