import type { Fault, User } from '../lib/model';

/** The user of an image that is built, and the folders that are the user's: these become words of shell commands. */
export function* userFaults(user: User & { readonly name: string } | undefined, folders: readonly string[]): Iterable<Fault> {
  if (user && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user.name)) yield { code: 'user-name', what: `${JSON.stringify(user.name)} cannot be the name of a user`, fix: 'use at most 32 lower-case letters, digits and dashes' };
  for (const folder of folders) {
    if (!/^(\/[\w.@-]+)+$/.test(folder) || folder.split('/').includes('..')) yield { code: 'image-folder-path', what: `${JSON.stringify(folder)} cannot be a folder of an image`, fix: "use an absolute path of letters, digits, dots and dashes, without '..'" };
  }
}
