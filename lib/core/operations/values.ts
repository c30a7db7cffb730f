import { CERTIFICATE, PRIVATE_KEY } from '../secrets/inventory';

/**
 * Gives a value another file, in the project: those of secrets are read-only, for their owner too, so that nothing can be
 * written into one.
 */
export function newValue(stackPath: string): [command: string, why: string][] {
  const path = `secrets/${stackPath}/SECRET/KEY`;
  return [
    [`rm -f ${path}`, 'so that `secrets init` makes another one'],
    [`install -m 0444 NEW ${path}`, 'or, where a person gives it, from the file NEW'],
  ];
}

/** Gives a certificate and its key other files, from `new.crt` and `new.key` where the commands are typed. */
export function newPair(folder: string): string[] {
  return [`install -m 0444 new.crt ${folder}/${CERTIFICATE}`, `install -m 0444 new.key ${folder}/${PRIVATE_KEY}`];
}
