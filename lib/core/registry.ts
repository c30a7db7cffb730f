import type { Fault, Image } from '../model';

/** The reference under which hosts and nodes get an image. A built one that names no registry has that of the target. */
export function imageOf({ reference, build }: Image, registry: string | undefined): string {
  return build && !build.registry ? inRegistry(reference, registry) : reference;
}

/** `registry`: with folder, `registry.example/team`. */
export function inRegistry(reference: string, registry: string | undefined): string {
  return registry === undefined ? reference : `${registry}/${reference}`;
}

/** https://github.com/distribution/reference: letters of the path are small ones. */
const REGISTRY = /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:\d+)?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

export function registryFaults(registry: string | undefined): Fault[] {
  if (registry === undefined || REGISTRY.test(registry)) return [];
  return [{ code: 'registry', what: `'${registry}' is no registry that images can be named by`, fix: "write its host and its folder, as in 'registry.example/team': without https://, without a slash at the end, and the folder in small letters" }];
}
