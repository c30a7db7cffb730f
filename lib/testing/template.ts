import type { Note, Target } from '../core/target';
import type { Stack } from '../core/stack';
import { emit, SynthesisError, synthesize, type Emission } from '../core/synthesis';
import { contentOf } from '../core/output';
import { meant } from './kinds';
import { instead, nearestMisses } from './misses';
import { differences, type PartialOf } from './partial';
import { isOpen, reachError, type PortLike } from './reach';
import { ofKind, resourcesOf, type BodyOf, type Resource, type ResourceKind } from './resources';

/**
 * What becomes of a stack on one target, in memory, to be looked at in tests. The target need not be one of the stack's own.
 *
 * ```ts
 * import { expect, test } from '@jest/globals';
 * import { Compose, Kubernetes } from 'compose8s';
 * import { Template } from 'compose8s/testing';
 * import { shop } from './shop';
 *
 * test.each([
 *   { target: new Compose(), kind: 'services', expected: { depends_on: { db: { condition: 'service_healthy' } } } },
 *   { target: new Kubernetes(), kind: 'Deployment', expected: { spec: { replicas: 3 } } },
 * ])('$target.name carries the api as asked', ({ target, kind, expected }) => {
 *   expect(Template.of(shop(), target).get(`${kind}/api`)).toMatchObject(expected);
 * });
 * ```
 */
export class Template {
  /** Throws a SynthesisError with all problems of the stack on this target, if there are any. */
  static of(stack: Stack, target: Target): Template {
    const { graphs: [graph], problems } = synthesize(stack.node.root, (one, on) => one === stack && on === undefined);
    if (problems.length > 0) throw new SynthesisError(problems);
    const emission = emit(graph!, target);
    const found = [...emission.rendering.problems, ...target.conflicts?.([emission]) ?? []];
    if (found.length > 0) throw new SynthesisError(found);
    return new Template(emission);
  }

  /** Everything that the target makes: the entries of the Compose file, or the manifests. */
  readonly resources: readonly Resource[];

  private constructor(/** What the target makes of the stack. */ readonly emission: Emission) {
    this.resources = resourcesOf(emission.rendering.documents);
  }

  /** For messages: `shop/prod on kubernetes`. */
  get title(): string {
    const { graph, target } = this.emission;
    return `${graph.stack.node.path} on ${target.name}`;
  }

  /** What the target does not carry over exactly. */
  get notes(): readonly Note[] {
    return this.emission.rendering.notes;
  }

  /**
   * The one resource of a kind and a name, typed by its kind. Throws an Error with the nearest names, if there is none.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import { Compose, Kubernetes } from 'compose8s';
   * import { Template } from 'compose8s/testing';
   * import { shop } from './shop';
   *
   * test('the database is asked by its own tool, and has a disk of its own', () => {
   *   const { healthcheck } = Template.of(shop(), new Compose()).get('services/db');
   *   expect(healthcheck?.test).toContain('pg_isready');
   *   const { spec } = Template.of(shop(), new Kubernetes()).get('StatefulSet/db');
   *   expect(spec.volumeClaimTemplates).toHaveLength(1);
   * });
   * ```
   *
   * @param id `services/api`, `Deployment/api`. A Job has the name of its workload, without the hash of the release.
   */
  get<K extends ResourceKind>(id: `${K}/${string}`): BodyOf<K> {
    const found = this.resources.find(resource => resource.id === id);
    if (found) return found.body as BodyOf<K>;
    if (!id.includes('/')) {
      const ids = this.resources.filter(({ name }) => name === id).map(resource => `'${resource.id}'`);
      throw new Error(`${this.title}: '${id}' is no kind and name; ${ids.length > 0 ? `there is ${ids.join(' and ')}` : "ask for one such as 'services/api' or 'Deployment/api'"}`);
    }
    const [kind, name] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)];
    const others = ofKind(this.resources, kind).map(resource => resource.name);
    throw new Error(`${this.title} has no '${id}'; ${others.length > 0 ? instead(name, others) : instead(kind, this.kinds)}`);
  }

  /**
   * The resources of a kind, of those that match a part, as `toMatchObject` would: further fields may be there, lists have
   * as many entries; `expect.arrayContaining(…)` and the like can stand for values. Default: all of the kind. Throws an
   * Error for a kind that is misspelt.
   */
  find<K extends ResourceKind>(kind: K, partial?: PartialOf<BodyOf<K>>): readonly Resource<K>[] {
    const all = ofKind(this.resources, kind);
    const near = meant(kind, this.resources);
    if (near.length > 0) throw new Error(`${this.title} has no resource of the kind '${kind}'; ${instead(kind, near)}`);
    return partial === undefined ? all : all.filter(({ body }) => differences(partial, body).length === 0);
  }

  /** How many {@link find} would find. Default: of all of the kind. */
  count<K extends ResourceKind>(kind: K, partial?: PartialOf<BodyOf<K>>): number {
    return this.find(kind, partial).length;
  }

  /**
   * The resources of a kind that match a part: one at least, or else an error shows the nearest misses.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import { Kubernetes } from 'compose8s';
   * import { Template } from 'compose8s/testing';
   * import { shop } from './shop';
   *
   * test('something runs three times', () => {
   *   const template = Template.of(shop(), new Kubernetes());
   *   expect(template.match('Deployment', { spec: { replicas: 3 } }).map(({ name }) => name)).toEqual(['api']);
   *   expect(() => template.match('Deployment', { spec: { replicas: 4 } })).toThrow('spec.replicas: expected 4, is 3');
   * });
   * ```
   */
  match<K extends ResourceKind>(kind: K, partial: PartialOf<BodyOf<K>>): readonly Resource<K>[] {
    const found = this.find(kind, partial);
    if (found.length > 0) return found;
    const others = ofKind(this.resources, kind);
    if (others.length > 0) throw new Error(`${this.title} has no resource of the kind '${kind}' like that; the nearest:\n${nearestMisses(others, partial)}`);
    throw new Error(`${this.title} has no resource of the kind '${kind}'; ${instead(kind, this.kinds)}`);
  }

  /**
   * Whether one workload may open a connection to a declared port of another, or to any. `internet` stands for the outside,
   * on either end. Default: any port. Throws an Error for names and ports that are not there.
   */
  reaches(from: string, to: string, port?: PortLike): boolean {
    const error = reachError(this.emission, { from, to, port });
    if (error) throw new Error(error);
    return isOpen(this.emission, { from, to, port });
  }

  private get kinds(): readonly string[] {
    return [...new Set(this.resources.map(resource => resource.kind))];
  }

  /** The paths of the emitted files, below the target's folder. */
  get files(): readonly string[] {
    return [...this.emission.files.keys()];
  }

  /** The text of an emitted file. Throws an Error with the nearest paths, if there is none. */
  file(path: string): string {
    const found = this.emission.files.get(path);
    if (!found) throw new Error(`${this.title} has no file '${path}'; ${instead(path, this.files)}`);
    return contentOf(found).toString('utf8');
  }
}
