import { at, imageName, list, words, type Reading, type Source } from '../finding';

/** An SPDX 2 inventory. The document itself, and the image, are listed as packages too: those have no version or a purpose. */
export function readSpdx({ document, subject: planned }: Source): Reading {
  const packages = list(at(document, 'packages'));
  return {
    scanner: creatorOf((list(at(document, 'creationInfo', 'creators')) ?? []).map(String)), subject: planned ?? imageName(words(at(document, 'name'))), findings: [],
    packages: packages?.filter(one => at(one, 'primaryPackagePurpose') !== 'CONTAINER' && words(at(one, 'name'))).length,
    faults: packages ? [] : ['it has no list of packages'],
  };
}

/** Files, and the operating system as a whole, are components as well. */
const PACKAGES: readonly string[] = ['library', 'framework', 'application'];

/** A CycloneDX inventory; one that carries vulnerabilities is read for its components only, and says so. */
export function readCycloneDx({ document, subject: planned }: Source): Reading {
  const components = list(at(document, 'components'));
  const tools = at(document, 'metadata', 'tools');
  const scanner = words(at(tools, 'components', 0, 'name') ?? at(tools, 0, 'name'), 40)?.toLowerCase() ?? 'unknown tool';
  const ignored = list(at(document, 'vulnerabilities'))?.length ?? 0;
  return {
    scanner, subject: planned ?? imageName(words(at(document, 'metadata', 'component', 'name'))), findings: [],
    packages: components?.filter(one => PACKAGES.includes(String(at(one, 'type')))).length,
    faults: [
      ...(components ? [] : ['it has no list of components']),
      ...(ignored > 0 ? [`its ${ignored} vulnerabilities are not read: hand over the scanner's SARIF or Grype's JSON`] : []),
    ],
  };
}

/** `Tool: syft-1.45.1` */
function creatorOf(creators: readonly string[]): string {
  return creators.map(creator => /^Tool: (.+?)(?:-v?\d.*)?$/.exec(creator)?.[1]).find(Boolean)?.toLowerCase() ?? 'unknown tool';
}
