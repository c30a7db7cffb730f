import Ajv, { type ValidateFunction } from 'ajv';
import { load } from 'js-yaml';
import schema from '../../lib/targets/compose/schema/compose-spec.json';

let compiled: ValidateFunction | undefined;

/** What the schema of the Compose specification says against a file; nothing, where it is valid. */
export function composeErrors(yamlText: string): string[] {
  compiled ??= compile();
  compiled(load(yamlText));
  return (compiled.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

function compile(): ValidateFunction {
  // Ajv knows draft 7 by its address with http; the schema names the one with https.
  const { $schema: _draft, ...rest } = schema;
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(rest);
}
