import { pathOf } from '../../model';
import type { Graph } from '../graph';
import type { Weakness } from './finding';
import { findings, pairs } from './stacks';

export type { Weakness } from './finding';

/** What a {@link Comparison} leaves out. */
export interface CompareOptions {
  /** Weaknesses that are meant so, by their ids: `api:runs.replicas`. Default: none. */
  readonly except?: readonly string[];
}

/** A stack against another that it should nowhere be weaker than. */
export interface Comparison {
  /** Without those that are meant so. */
  readonly weaknesses: readonly Weakness[];
  /** Workloads by their names: what is only in one is not compared. */
  readonly onlyHere: readonly string[];
  /** Workloads of the other stack, by their names. */
  readonly onlyThere: readonly string[];
  /** Exceptions that meet nothing: they are misspelt, or no longer needed. */
  readonly unmet: readonly string[];
}

/**
 * Says where a stack is weaker than another: limits, replicas, probes, hardening, exposure, backups, monitoring, certificates.
 * Constructs of one name are compared. More than the other has is no weakness, nor is another image or another setting.
 */
export function compare(here: Graph, there: Graph, { except = [] }: CompareOptions = {}): Comparison {
  const all = [...findings(here, there)].map(([at, name, { field, ...finding }]): Weakness => ({ at: pathOf(at), id: `${name}:${field}`, ...finding }));
  const both = new Set(pairs(here, there, here.workloads, there.workloads).map(({ name }) => name));
  const alone = (graph: Graph) => graph.workloads.map(workload => graph.name(workload)).filter(name => !both.has(name));
  return {
    weaknesses: all.filter(({ id }) => !except.includes(id)),
    onlyHere: alone(here), onlyThere: alone(there),
    unmet: except.filter(id => !all.some(weakness => weakness.id === id)),
  };
}
