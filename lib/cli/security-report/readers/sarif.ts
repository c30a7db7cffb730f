import { at, imageName, list, severityOf, webLink, words, type Finding, type Json, type Reading, type Severity, type Source } from '../finding';

/** SARIF 2.1.0, as Trivy and Hadolint write it, and whatever else does. */
export function readSarif({ document, subject: planned }: Source): Reading {
  const runs = list(at(document, 'runs')) ?? [];
  const scanner = words(at(runs[0], 'tool', 'driver', 'name'), 40)?.toLowerCase() ?? 'unknown scanner';
  const subject = planned ?? imageName(words(at(runs[0], 'properties', 'imageName')), at(runs[0], 'properties', 'repoTags'));
  const faults = runs.length === 0 ? ['it has no run: nothing was scanned'] : [];
  const findings = runs.flatMap((run, i) => {
    if (list(at(run, 'invocations'))?.some(invocation => at(invocation, 'executionSuccessful') === false)) faults.push(`run ${i} says of itself that it failed`);
    const results = list(at(run, 'results'));
    if (!results) faults.push(`run ${i} has no list of results: it did not come to an end`);
    const rules = rulesOf(run);
    return (results ?? []).flatMap((result, j) => {
      if (scanner === 'hadolint' && at(result, 'ruleId') === UNREADABLE) {
        faults.push(`the Dockerfile could not be read, and so was not looked at: ${words(at(result, 'message', 'text'), 120) ?? 'it does not say why'}`);
        return [];
      }
      const finding = findingOf(result, rules, scanner, subject);
      if (!finding) faults.push(`result ${j} of run ${i} names no rule`);
      return finding ?? [];
    });
  });
  return { scanner, subject, findings, packages: undefined, faults };
}

/** Hadolint reports it as a finding, the only one. */
const UNREADABLE = 'DL1000';

function rulesOf(run: Json): ReadonlyMap<string, Json> {
  return new Map((list(at(run, 'tool', 'driver', 'rules')) ?? []).flatMap(rule => {
    const id = words(at(rule, 'id'));
    return id ? [[id, rule]] : [];
  }));
}

function findingOf(result: Json, rules: ReadonlyMap<string, Json>, scanner: string, subject: string | undefined): Finding | undefined {
  const id = words(at(result, 'ruleId') ?? at(result, 'rule', 'id'), 120);
  if (!id) return undefined;
  const rule = rules.get(id);
  const message = at(result, 'message', 'text');
  const field = (name: string) => (typeof message === 'string' ? words(new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]) : undefined);
  const location = at(result, 'locations', 0, 'physicalLocation');
  const path = words(at(location, 'artifactLocation', 'uri'), 200);
  const line = at(location, 'region', 'startLine');
  const name = words(at(rule, 'name'));
  const kind = /vulnerability/i.test(name ?? '') ? 'vulnerability' : /secret/i.test(name ?? '') ? 'secret' : scanner === 'hadolint' ? 'dockerfile' : 'other';
  return {
    kind, id,
    title: words(at(rule, 'shortDescription', 'text')) ?? moreOf(kind, rule, message) ?? id,
    severity: kind === 'dockerfile' ? LINT[String(at(result, 'level') ?? at(rule, 'defaultConfiguration', 'level'))] ?? 'unknown' : severityIn(field('Severity'), rule, result),
    subject: subject ?? path ?? 'unknown',
    package: field('Package'), version: field('Installed Version'),
    fixedIn: field('Fixed Version')?.split(/\s*,\s*/).filter(Boolean) ?? [],
    where: kind === 'vulnerability' ? undefined : placeOf(path, typeof line === 'number' ? line : undefined, kind === 'dockerfile' || subject === undefined),
    link: webLink(at(rule, 'helpUri')) ?? (kind === 'dockerfile' ? pageOf(id) : undefined), scanners: [scanner],
  };
}

/** A file in an image with its line; of a Dockerfile, which lies elsewhere for its scanner, and of what is a subject by itself, the line. */
function placeOf(path: string | undefined, line: number | undefined, isSubject: boolean): string | undefined {
  if (isSubject) return line === undefined ? undefined : `line ${line}`;
  return path && (line === undefined ? path : `${path}:${line}`);
}

/** In place of a title. What a secret's message shows of it is masked, and still better left where it is; that of a vulnerability is a table. */
function moreOf(kind: Finding['kind'], rule: Json | undefined, message: Json | undefined): string | undefined {
  if (kind === 'secret') return undefined;
  return words(kind === 'vulnerability' ? at(rule, 'fullDescription', 'text') : message);
}

/** Hadolint itself names none: its rules are its own or ShellCheck's. */
function pageOf(rule: string): string | undefined {
  if (/^DL\d+$/.test(rule)) return `https://github.com/hadolint/hadolint/wiki/${rule}`;
  return /^SC\d+$/.test(rule) ? `https://www.shellcheck.net/wiki/${rule}` : undefined;
}

/** What a linter calls an error is bad practice, and not a hole that somebody comes in by. */
const LINT: Readonly<Record<string, Severity>> = { error: 'medium', warning: 'low', note: 'low', none: 'low' };

function severityIn(said: string | undefined, rule: Json | undefined, result: Json): Severity {
  if (said) return severityOf(said);
  const score = Number(at(rule, 'properties', 'security-severity') ?? NaN);
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  if (score > 0) return 'low';
  const level = at(result, 'level') ?? at(rule, 'defaultConfiguration', 'level');
  return level === 'error' ? 'high' : level === 'warning' ? 'medium' : level === 'note' ? 'low' : 'unknown';
}
