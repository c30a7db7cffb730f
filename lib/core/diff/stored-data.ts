import { dataAtRisk, type Verdict } from './impact';

/** An image, or one that is built around it. */
const POSTGRES = /(?:^|[/-])postgres[:-](\d+)/;
/** Where it has its data, and not the backups that it makes. */
const ITS_DATA = /^\/var\/lib\/postgresql(\/|$)/;

/** Another major version of a database, on the volume of the former. `paths`: where volumes were mounted. */
export function otherFormat(before: unknown, after: unknown, paths: Iterable<string>): Verdict[] {
  const [then, now] = [before, after].map(image => POSTGRES.exec(String(image))?.[1]);
  if (!then || !now || then === now || ![...paths].some(path => ITS_DATA.test(path))) return [];
  return [dataAtRisk(`Postgres ${now} does not read what Postgres ${then} has stored: make a second database of the new version beside it, and move the data by a dump`)];
}
