import { INTERNET } from '../core/target';
import { callersOf, connectionsOf, onPort, quoted, reachError, type PortLike, type Question } from './reach';
import { meant } from './kinds';
import { instead } from './misses';
import { differences, printDifferences, type PartialOf } from './partial';
import { ofKind, type BodyOf, type ResourceKind } from './resources';
import { secretLeaks, type SecretValues } from './secret-values';
import { templatesOf } from './snapshot';
import type { Template } from './template';
import { toBeWeakerThan, type WeaknessMatchers } from './weaker';

/** What `expect(template)` and `expect(stack)` can say; a stack is looked at on each of its targets. */
export interface StackMatchers<R> extends WeaknessMatchers<R> {
  /**
   * The Compose file has a service, which matches a part. Default: any will do. With a part, a name that is not there fails
   * behind `not` too.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import 'compose8s/testing/jest';
   * import { shop } from './shop';
   *
   * test('the api waits for its database', () => {
   *   expect(shop()).toHaveService('api', { depends_on: { db: { condition: 'service_healthy' } } });
   *   expect(shop()).not.toHaveService('adminer');
   * });
   * ```
   */
  toHaveService(name: string, partial?: PartialOf<BodyOf<'services'>>): R;
  /**
   * There is a resource of a kind and a name, which matches a part: a manifest, or an entry of a section of the Compose file.
   * Default: any will do. Throws an Error for a kind that is misspelt. With a part, a name that is not there fails behind `not` too.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import 'compose8s/testing/jest';
   * import { shop } from './shop';
   *
   * test('the database keeps its data', () => {
   *   expect(shop()).toHaveResource('volumes', 'db-data');
   *   expect(shop()).toHaveResource('StatefulSet', 'db', { spec: { replicas: 1, volumeClaimTemplates: [{ metadata: { name: 'db-data' } }] } });
   * });
   * ```
   */
  toHaveResource<K extends ResourceKind>(kind: K, name: string, partial?: PartialOf<BodyOf<K>>): R;
  /**
   * One workload may open a connection to a port that the other declares: on every target. With `not`: on none. Names and
   * ports that are not there fail either way. Docker's networks know neither ports nor directions: whoever shares one with
   * a workload reaches all that it declares.
   *
   * `internet` is whoever is outside, on either end. From there, the port is the one that is published: on an Ingress or a
   * Gateway 80 and 443, which its controller is taken to listen on. What only the host itself can reach does not count.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import 'compose8s/testing/jest';
   * import { shop } from './shop';
   *
   * test('only the api reaches the database', () => {
   *   expect(shop()).toReach('api', 'db', 5432);
   *   expect(shop()).not.toReach('proxy', 'db', 5432);
   * });
   *
   * test('the proxy is the only way in, and nothing gets out', () => {
   *   expect(shop()).toReach('internet', 'proxy', 443);
   *   expect(shop()).not.toReach('internet', 'api');
   *   expect(shop()).not.toReach('api', 'internet');
   * });
   * ```
   *
   * @param port Default: any.
   */
  toReach(from: string, to: string, port?: PortLike): R;
  /**
   * No emitted file carries one of these values: as it is, escaped, URL-encoded, in base64 or in hexadecimal. The values
   * are not told when one is found. Give it a text that the program could have read, from its environment or a file: one that
   * stands nowhere else.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import 'compose8s/testing/jest';
   * import { shop } from './shop';
   *
   * test('the key of the payment service stays out of the files', () => {
   *   process.env.STRIPE_KEY = 'canary-4711';
   *   expect(shop()).toHaveNoSecretValues(['canary-4711']);
   * });
   * ```
   *
   * @param values themselves, or the folder that `compose8s secrets init` has made them in: `{ folder: 'secrets/shop/prod' }`,
   * on a machine that has them. Where the folder has none, as on a fresh checkout and in CI, it throws an Error. Values of
   * fewer than six characters would be found by chance: in a folder they are passed over, in a list they are an error.
   */
  toHaveNoSecretValues(values: SecretValues): R;
}

interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What jest tells a matcher: whether it stands behind `.not`. */
interface Context { readonly isNot?: boolean }

/**
 * For `expect.extend(matchers)`. `import 'compose8s/testing/jest'` does that, tells TypeScript of them, and adds the
 * {@link snapshotSerializer}.
 */
export const matchers = {
  /** See {@link WeaknessMatchers.toBeWeakerThan}. */
  toBeWeakerThan,

  /** See {@link StackMatchers.toHaveService}. Default: any will do. */
  toHaveService(this: Context, actual: unknown, name: string, partial?: PartialOf<BodyOf<'services'>>): Outcome {
    const templates = templatesOf(actual);
    const onCompose = templates.filter(({ emission }) => emission.target.name === 'compose');
    if (onCompose.length === 0) throw new Error(`${templates[0]!.title}: services are of Compose; ask for toHaveResource('Deployment', '${name}'), or look at Template.of(stack, new Compose())`);
    return have(onCompose, 'services', 'service', name, partial, this?.isNot);
  },

  /** See {@link StackMatchers.toHaveResource}. Default: any will do. */
  toHaveResource(this: Context, actual: unknown, kind: string, name: string, partial?: PartialOf<object>): Outcome {
    const templates = templatesOf(actual);
    const near = meant(kind, templates.flatMap(({ resources }) => resources));
    // There is none of it in any case: behind `not`, the test could not fail.
    if (near.length > 0) throw new Error(`there is no kind '${kind}'; ${instead(kind, near)}`);
    return have(templates, kind, kind, name, partial, this?.isNot);
  },

  /** See {@link StackMatchers.toReach}. Default: on any port. */
  toReach(this: Context, actual: unknown, from: string, to: string, port?: PortLike): Outcome {
    const isNot = this?.isNot ?? false;
    const question = { from, to, port };
    const templates = templatesOf(actual);
    const errors = templates.flatMap(({ emission }) => reachError(emission, question) ?? []);
    // A question that makes no sense is wrong with and without `not`.
    if (errors.length > 0) return { pass: isNot, message: () => errors.join('\n') };
    const unlike = templates.filter(template => template.reaches(from, to, port) === isNot);
    return {
      pass: isNot ? unlike.length > 0 : unlike.length === 0,
      message: () => unlike.map(template => (isNot ? tooOpen : tooClosed)(template, question)).join('\n'),
    };
  },

  /** See {@link StackMatchers.toHaveNoSecretValues}. */
  toHaveNoSecretValues(this: Context, actual: unknown, values: SecretValues): Outcome {
    const templates = templatesOf(actual);
    const leaks = secretLeaks(templates, values);
    const { graph } = templates[0]!.emission;
    return {
      pass: leaks.length === 0,
      message: () => (leaks.length > 0
        ? [`secret values are in the files of ${graph.stack.node.path}:`, ...leaks.map(leak => `  ${leak}`)].join('\n')
        : `no secret values are in the files of ${graph.stack.node.path}, and some should be`),
    };
  },
};

function have(templates: readonly Template[], kind: string, word: string, name: string, partial: unknown, isNot = false): Outcome {
  const title = templates.map(template => template.title).join(', ');
  const candidates = templates.flatMap(({ title, resources }) => ofKind(resources, kind).map(resource => ({ title, resource })));
  const found = candidates.find(({ resource }) => resource.name === name);
  const names = candidates.map(({ resource }) => resource.name);
  // What is not there is unlike everything: behind `not`, a part of it could not fail.
  if (!found) return { pass: isNot && partial !== undefined, message: () => `${title}: there is no ${word} '${name}'; ${instead(name, names)}` };
  const differing = partial === undefined ? [] : differences(partial, found.resource.body);
  return {
    pass: differing.length === 0,
    message: () => (differing.length > 0
      ? [`${found.title}: the ${word} '${name}' is not as expected`, ...printDifferences(differing).map(line => `  ${line}`)].join('\n')
      : `${found.title}: there is a ${word} '${name}'${partial === undefined ? '' : ' like that'}, and should not be`),
  };
}

function tooClosed({ title, emission }: Template, question: Question): string {
  const { from, to } = question;
  return `${title}: ${quoted(from)} cannot reach ${quoted(to)}${onPort(question)}\n  it can be reached by: ${callersOf(connectionsOf(emission), to)}`;
}

/** With what the target says of its connections, in case it could do no better. */
function tooOpen({ title, notes, resources }: Template, question: Question): string {
  const { from, to } = question;
  const places = [from, to].includes(INTERNET) ? [] : resources.filter(({ name }) => name === from || name === to).map(({ at }) => at);
  const reasons = [...new Set(notes.filter(({ at, field }) => field === 'connections' && places.includes(at)).map(({ what }) => what))];
  return [`${title}: ${quoted(from)} can reach ${quoted(to)}${onPort(question)}, and should not`, ...reasons.map(reason => `  ${reason}`)].join('\n');
}
