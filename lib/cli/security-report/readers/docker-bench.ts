import { at, list, words, type Finding, type Reading, type Source } from '../finding';

/** The JSON log of Docker Bench for Security, which somebody has run on the host itself. What it warns of is a finding of the host. */
export function readDockerBench({ document }: Source): Reading {
  const tests = list(at(document, 'tests'));
  const faults = tests ? [] : ['it has no list of tests: it did not come to an end'];
  const findings = (tests ?? []).flatMap((section, i) => {
    const results = list(at(section, 'results'));
    if (!results) faults.push(`section ${i} has no list of results`);
    return (results ?? []).flatMap((result): Finding[] => {
      const id = words(at(result, 'id'), 20);
      if (at(result, 'result') !== 'WARN' || !id) return [];
      return [{
        kind: 'other', id: `CIS ${id}`, title: words(at(result, 'desc')) ?? id, severity: 'medium', subject: 'the Docker host', package: undefined, version: undefined,
        fixedIn: [], where: words(at(result, 'details')), link: undefined, scanners: ['docker-bench'],
      }];
    });
  });
  return { scanner: 'docker-bench', subject: 'the Docker host', findings, packages: undefined, faults };
}
