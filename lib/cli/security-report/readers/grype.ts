import { at, imageName, list, severityOf, webLink, words, type Finding, type Json, type Reading, type Source } from '../finding';

/** Grype's own JSON. */
export function readGrype({ document, subject: planned }: Source): Reading {
  const target = at(document, 'source', 'target');
  const subject = planned ?? imageName(words(at(target, 'userInput')) ?? words(target), at(target, 'tags'));
  const matches = list(at(document, 'matches'));
  const faults = matches ? [] : ['it has no list of matches: it did not come to an end'];
  const findings = (matches ?? []).flatMap((match, i) => {
    const finding = findingOf(match, subject);
    if (!finding) faults.push(`match ${i} names no vulnerability or no package`);
    return finding ?? [];
  });
  return { scanner: 'grype', subject, findings, packages: undefined, faults };
}

function findingOf(match: Json, subject: string | undefined): Finding | undefined {
  const own = words(at(match, 'vulnerability', 'id'), 120);
  const name = words(at(match, 'artifact', 'name'));
  if (!own || !name) return undefined;
  // GitHub's own number of what others know by its CVE.
  const related = (list(at(match, 'relatedVulnerabilities')) ?? []).map(one => words(at(one, 'id'), 120)).find(id => id?.startsWith('CVE-'));
  return {
    kind: 'vulnerability', id: own.startsWith('CVE-') ? own : related ?? own,
    title: words(at(match, 'vulnerability', 'description')) ?? words(at(match, 'relatedVulnerabilities', 0, 'description')) ?? own,
    severity: severityOf(words(at(match, 'vulnerability', 'severity'))),
    subject: subject ?? 'unknown', package: name, version: words(at(match, 'artifact', 'version')),
    fixedIn: (list(at(match, 'vulnerability', 'fix', 'versions')) ?? []).flatMap(version => words(version) ?? []),
    where: undefined, link: webLink(at(match, 'vulnerability', 'dataSource')), scanners: ['grype'],
  };
}
