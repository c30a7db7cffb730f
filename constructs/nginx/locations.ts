import { conf, Conf } from './conf';

/** What a path begins with, and what answers there. The template makes a `location` of each. */
export interface Location {
  readonly path: Conf;
  /** Whether it is for this very path, and nothing below. */
  readonly isExact: boolean;
  readonly answer: Answer;
  readonly limit: Limit | undefined;
}

export type Answer =
  | { readonly kind: 'proxy'; readonly pass: Pass }
  | { readonly kind: 'files'; readonly files: Files; /** The part of the path below the files' own. */ readonly below: Conf | undefined }
  | { readonly kind: 'nothing' };

/** A route, read. */
export interface Pass { readonly path: Conf; readonly upstream: Conf; readonly webSocket: boolean; readonly idempotent: boolean; readonly timeout: Conf }
/** A folder of static files, read. */
export interface Files { readonly path: Conf; readonly root: Conf; readonly fallback: Fallback | undefined; readonly cacheControl: Conf; readonly precompressed: boolean; readonly noScripts: boolean }
/** The file that answers where there is none, by its own path and by its place in the folder. */
export interface Fallback { readonly path: Conf; readonly file: Conf }
/** A rate limit, read. */
export interface Limit { readonly path: Conf; readonly zone: Conf; readonly rate: Conf; readonly burst: number }

/**
 * Each path that anything is said of becomes a location, and each file that answers for others. What is not said of the path
 * itself follows from the longest beginning of it, as nginx would choose: `/api/` with a limit and no route of its own is
 * answered by the route `/`.
 */
export function locationsOf(passes: readonly Pass[], files: readonly Files[], limits: readonly Limit[]): Location[] {
  const said = [...passes, ...files, ...limits];
  const paths = new Map([Conf.word('/', /^\/$/, ROOT), ...said.map(({ path }) => path)].map(path => [path.text, path]));
  const prefixes = [...paths.values()].sort((a, b) => (a.text < b.text ? -1 : 1)).map((path): Location => {
    const pass = longest(passes, path);
    const folder = longest(files, path);
    const limit = longest(limits, path);
    if (folder && folder.path.text.length > (pass?.path.text.length ?? 0)) {
      const below = path.text.slice(folder.path.text.length);
      return {
        path, isExact: false,
        answer: { kind: 'files', files: folder, below: below === '' ? undefined : Conf.word(below, /^[\w/.~-]+$/, ROOT) },
        limit: limitOfFiles(folder, limit),
      };
    }
    return { path, isExact: false, answer: pass ? { kind: 'proxy', pass } : { kind: 'nothing' }, limit };
  });
  const fallbacks = files.flatMap((folder): Location[] => {
    const { fallback } = folder;
    if (!fallback) return [];
    return [{
      path: fallback.path, isExact: true,
      answer: { kind: 'files', files: { ...folder, fallback: undefined, cacheControl: conf`no-cache` }, below: fallback.file },
      limit: limitOfFiles(folder, longest(limits, fallback.path)),
    }];
  });
  return [...prefixes, ...fallbacks];
}

/** A page may ask for more files at once than any limit on what an application does would bear. */
function limitOfFiles(folder: Files, limit: Limit | undefined): Limit | undefined {
  return limit && limit.path.text.length >= folder.path.text.length ? limit : undefined;
}

/** Never seen: both values come from paths that were read already. */
const ROOT = { code: 'nginx-path', what: 'a part of a path is no path', fix: 'report this as an error of compose8s' };

/** The one whose path is the longest beginning of a path. */
export function longest<T extends { readonly path: Conf }>(items: readonly T[], path: Conf): T | undefined {
  return items.filter(item => path.text.startsWith(item.path.text)).sort((a, b) => b.path.text.length - a.path.text.length)[0];
}
