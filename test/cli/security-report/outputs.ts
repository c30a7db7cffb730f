import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Documents in the shapes that the scanners' own writers give them, with made-up content. */

export interface Vulnerable {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly severity: string;
  readonly fixed?: string;
  readonly title?: string;
}

const LEVELS: Readonly<Record<string, string>> = { CRITICAL: 'error', HIGH: 'error', MEDIUM: 'warning' };

/** As `trivy image --format sarif` writes it: a rule for each number, what matters in the lines of the message. */
export function trivySarif(image: string, found: readonly Vulnerable[]): object {
  return {
    version: '2.1.0', $schema: 'https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json',
    runs: [{
      tool: {
        driver: {
          fullName: 'Trivy Vulnerability Scanner', informationUri: 'https://github.com/aquasecurity/trivy', name: 'Trivy', version: '0.69.3',
          rules: found.map(({ id, severity, title = 'a made-up flaw' }) => ({
            id, name: 'OsPackageVulnerability', shortDescription: { text: title }, fullDescription: { text: title },
            defaultConfiguration: { level: LEVELS[severity] ?? 'note' }, helpUri: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
            help: { text: '', markdown: '' }, properties: { precision: 'very-high', 'security-severity': '7.5', tags: ['vulnerability', 'security', severity] },
          })),
        },
      },
      results: found.map(({ id, name, version, severity, fixed = '' }, ruleIndex) => ({
        ruleId: id, ruleIndex, level: LEVELS[severity] ?? 'note',
        message: { text: `Package: ${name}\nInstalled Version: ${version}\nVulnerability ${id}\nSeverity: ${severity}\nFixed Version: ${fixed}\nLink: [${id}](https://avd.aquasec.com/nvd/${id.toLowerCase()})` },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'example/app', uriBaseId: 'ROOTPATH' }, region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 } }, message: { text: `example/app: ${name}@${version}` } }],
      })),
      columnKind: 'utf16CodeUnits', originalUriBaseIds: { ROOTPATH: { uri: 'file:///' } },
      properties: { imageID: 'sha256:00', imageName: image, repoDigests: [], repoTags: [image] },
    }],
  };
}

/** As `grype registry:… --output json` writes it. */
export function grypeJson(image: string, found: readonly (Vulnerable & { readonly cve?: string })[]): object {
  return {
    matches: found.map(({ id, cve, name, version, severity, fixed, title = 'a made-up flaw' }) => ({
      vulnerability: { id, dataSource: `https://security.example/${id}`, namespace: 'alpine:distro:alpine:3.22', severity, urls: [], description: title, cvss: [], fix: { versions: fixed ? [fixed] : [], state: fixed ? 'fixed' : 'not-fixed' }, advisories: [] },
      relatedVulnerabilities: cve ? [{ id: cve, dataSource: `https://nvd.example/${cve}`, namespace: 'nvd:cpe', severity, urls: [], cvss: [] }] : [],
      matchDetails: [{ type: 'exact-direct-match', matcher: 'apk-matcher', searchedBy: {}, found: {} }],
      artifact: { id: '0', name, version, type: 'apk', locations: [], language: '', licenses: [], cpes: [], purl: `pkg:apk/alpine/${name}@${version}`, upstreams: [] },
    })),
    source: { type: 'image', target: { userInput: `registry:${image}`, imageID: 'sha256:00', manifestDigest: 'sha256:01', mediaType: '', tags: [], imageSize: 1, layers: [], repoDigests: [] } },
    distro: { name: 'alpine', version: '3.22.1', idLike: [] },
    descriptor: { name: 'grype', version: '0.116.0', configuration: {}, db: {}, timestamp: '2026-01-01T00:00:00Z' },
  };
}

/** As `hadolint --format sarif` writes it. */
export function hadolintSarif(found: readonly { readonly id: string; readonly level: string; readonly line: number }[]): object {
  return {
    version: '2.1.0', $schema: 'http://json.schemastore.org/sarif-2.1.0',
    runs: [{
      defaultSourceLanguage: 'dockerfile',
      tool: { driver: { name: 'Hadolint', fullName: 'Haskell Dockerfile Linter', downloadUri: 'https://github.com/hadolint/hadolint', shortDescription: { text: '' }, version: '2.14.0' } },
      results: found.map(({ id, level, line }) => ({
        ruleId: id, level, message: { text: `what ${id} says` },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'app.Dockerfile' }, region: { startLine: line, endLine: line, startColumn: 1, endColumn: 1, sourceLanguage: 'dockerfile' } } }],
      })),
    }],
  };
}

/** As `syft … --output spdx-json` writes it: the image is the last of its packages. */
export function syftSpdx(image: string, packages: readonly string[]): object {
  return {
    spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name: image, documentNamespace: 'https://sbom.example/1',
    creationInfo: { licenseListVersion: '3.27', creators: ['Organization: Anchore, Inc', 'Tool: syft-1.45.1'], created: '2026-01-01T00:00:00Z' },
    packages: [
      ...packages.map(name => ({ name, SPDXID: `SPDXRef-Package-${name}`, versionInfo: '1.0', supplier: 'NOASSERTION', downloadLocation: 'NOASSERTION', filesAnalyzed: false, licenseConcluded: 'NOASSERTION', licenseDeclared: 'MIT', copyrightText: 'NOASSERTION' })),
      { name: image, SPDXID: 'SPDXRef-DocumentRoot-Image', versionInfo: '1', primaryPackagePurpose: 'CONTAINER', downloadLocation: 'NOASSERTION' },
    ],
    relationships: [],
  };
}

export const IMAGE = 'example/app:1.0';
export const FLAW: Vulnerable = { id: 'CVE-2026-0001', name: 'libexample', version: '1.2.3-r0', severity: 'HIGH', fixed: '1.2.4-r0' };

/** What a `SecurityScan` of one image and one Dockerfile leaves, all of it without a finding. */
export const CLEAN: Readonly<Record<string, unknown>> = {
  'scan.json': {
    format: 'compose8s-scan/1', stack: 'shop/prod', images: [], dockerfiles: [],
    outputs: [
      { scanner: 'trivy', file: 'trivy-app.sarif', subject: IMAGE }, { scanner: 'grype', file: 'grype-app.json', subject: IMAGE },
      { scanner: 'syft', file: 'syft-app.spdx.json', subject: IMAGE }, { scanner: 'hadolint', file: 'hadolint-app.sarif', subject: 'images/app/Dockerfile' },
    ],
  },
  'trivy-app.sarif': trivySarif(IMAGE, []), 'grype-app.json': grypeJson(IMAGE, []), 'syft-app.spdx.json': syftSpdx(IMAGE, ['libexample', 'musl']), 'hadolint-app.sarif': hadolintSarif([]),
};

/** Writes files into a folder: texts as they are, objects as JSON, `undefined` not at all. */
export function outputs(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}
