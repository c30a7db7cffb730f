/** From the gravest to what nobody has judged. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing that is wrong with an image or a Dockerfile. */
export interface Finding {
  readonly kind: 'vulnerability' | 'secret' | 'dockerfile' | 'other';
  /** `CVE-2024-0001`, `DL3008` */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** The image's reference, or the path of the Dockerfile. */
  readonly subject: string;
  readonly package: string | undefined;
  readonly version: string | undefined;
  /** Versions without it. */
  readonly fixedIn: readonly string[];
  /** A file and a line, or the line of the subject, where the package does not say it. */
  readonly where: string | undefined;
  readonly link: string | undefined;
  readonly scanners: readonly string[];
}

/** What one file of a scanner says. What it does not say is a fault, and never an absence of findings. */
export interface Reading {
  readonly scanner: string;
  readonly subject: string | undefined;
  readonly findings: readonly Finding[];
  /** How many packages an inventory lists. */
  readonly packages: number | undefined;
  readonly faults: readonly string[];
}

/** A document of which all is to be doubted, and what is known of its file. */
export interface Source {
  readonly document: Json;
  /** As the plan has it; it goes before what the document says. */
  readonly subject: string | undefined;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The value at a path, if it is there. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, Json>)[key];
  }
  return found;
}

/** A string that says something, of a length that a report can bear. */
export function words(value: Json | undefined, longest = 500): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const text = value.trim().replace(/\s+/g, ' ');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** `undefined` for what is no list. */
export function list(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? value as readonly Json[] : undefined;
}

export function severityOf(word: string | undefined): Severity {
  const known = word?.toLowerCase();
  if (known === 'negligible') return 'low';
  return SEVERITIES.find(severity => severity === known) ?? 'unknown';
}

/** Grype and Syft say where they found an image, before its name; Docker Hub has three spellings. Of an archive its first tag says more than the name of the file. */
export function imageName(reference: string | undefined, tags?: Json): string | undefined {
  const tag = reference?.endsWith('.tar') ? words(at(tags, 0)) : undefined;
  return (tag ?? reference)?.replace(/^(registry|docker|podman):/, '').replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
}

/** Only an address that a browser opens as a page. */
export function webLink(value: Json | undefined): string | undefined {
  return typeof value === 'string' && /^https:\/\/[^\s"'<>`\\]+$/.test(value) && value.length < 500 ? value : undefined;
}
