import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Postgres runs on an empty database, by name of the file. */
export function initScripts(): Record<string, string> {
  const folder = join(__dirname, 'init');
  return Object.fromEntries(readdirSync(folder).sort().map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}
