import { at, type Json, type Reading, type Source } from '../finding';
import { readDockerBench } from './docker-bench';
import { readGrype } from './grype';
import { readSarif } from './sarif';
import { readCycloneDx, readSpdx } from './sbom';

/** Known by what they say of themselves; a new format is a line here and a file beside. */
const FORMATS: readonly { readonly name: string; readonly is: (document: Json) => boolean; readonly read: (source: Source) => Reading }[] = [
  { name: 'sarif', is: document => at(document, 'runs') !== undefined || /sarif/i.test(String(at(document, '$schema') ?? '')), read: readSarif },
  { name: 'grype', is: document => at(document, 'descriptor', 'name') === 'grype' || at(document, 'matches') !== undefined, read: readGrype },
  { name: 'spdx', is: document => at(document, 'spdxVersion') !== undefined, read: readSpdx },
  { name: 'cyclonedx', is: document => at(document, 'bomFormat') === 'CycloneDX', read: readCycloneDx },
  { name: 'docker-bench', is: document => at(document, 'dockerbenchsecurity') !== undefined, read: readDockerBench },
];

/** What each scanner of a plan writes: another format under its name is not its output. */
const FORMAT_OF: Readonly<Record<string, readonly string[]>> = { trivy: ['sarif'], hadolint: ['sarif'], grype: ['grype'], syft: ['spdx', 'cyclonedx'] };

/** Reads one document, or says why that cannot be done. */
export function readDocument(source: Source, planned: string | undefined): Reading | { readonly fault: string } {
  const format = FORMATS.find(({ is }) => is(source.document));
  if (!format) return { fault: 'it is of no format that is known here: SARIF, Grype JSON, SPDX JSON, CycloneDX JSON or the JSON log of Docker Bench' };
  const reading = format.read(source);
  const expected = planned === undefined ? undefined : FORMAT_OF[planned];
  // One without a run has nobody's name in it.
  const isOther = format.name === 'sarif' && reading.faults.length === 0 && reading.scanner !== planned;
  if (expected && (!expected.includes(format.name) || isOther)) return { fault: `it should be the output of ${planned}, and is ${format.name.toUpperCase()} of ${reading.scanner}` };
  return reading;
}
