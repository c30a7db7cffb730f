/** What a change does to that which runs, from the least to the most. */
export const IMPACTS = ['in place', 'restart', 'recreate', 'data at risk'] as const;

/**
 * - in place: nothing that runs notices
 * - restart: new containers take over, a few at a time
 * - recreate: it is stopped, removed and made anew: an interruption
 * - data at risk: stored data may be lost, left behind or seen by two at once; or a person has to move it
 */
export type Impact = (typeof IMPACTS)[number];

/** An impact with its reason. */
export interface Verdict {
  readonly impact: Impact;
  readonly why: string;
  /** Where it is about stored data: the volumes that hold it. */
  readonly volumes?: readonly string[];
}

/** The gravest of all. */
export function gravest(impacts: readonly Impact[]): Impact {
  return IMPACTS[Math.max(0, ...impacts.map(impact => IMPACTS.indexOf(impact)))]!;
}

export const inPlace = (why: string): Verdict => ({ impact: 'in place', why });
export const restart = (why: string): Verdict => ({ impact: 'restart', why });
export const recreate = (why: string): Verdict => ({ impact: 'recreate', why });
export const dataAtRisk = (why: string, volumes: readonly string[] = []): Verdict => ({ impact: 'data at risk', why, volumes });

/** What may be lost is at no risk. */
export function withDisposable(verdict: Verdict, disposable: ReadonlySet<string>): Verdict {
  const { impact, why, volumes = [] } = verdict;
  return impact === 'data at risk' && volumes.length > 0 && volumes.every(name => disposable.has(name)) ? recreate(`${why}; its content may be lost`) : verdict;
}
