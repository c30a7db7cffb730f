import { describe, expect, test } from '@jest/globals';
import { fc } from '../../support/fast-check';
import { Config } from '../../../lib';
import { expandAsCompose } from '../../support/expansion';
import { composeOf, service } from '../../support/stacks';

/** What a reader of YAML 1.1 takes a bare word for: the types of yaml.org/type, as PyYAML reads them, which is the most eager of the common readers. */
const YAML_1_1: Readonly<Record<string, RegExp>> = {
  boolean: /^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  null: /^(~|null|Null|NULL|)$/,
  integer: /^([-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+)$/,
  float: /^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|[-+]?\.[0-9][0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/,
  timestamp: /^(\d{4}-\d{2}-\d{2}|\d{4}-\d{1,2}-\d{1,2}([Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(\.\d*)?(([ \t]*)Z|([ \t]*)[-+]\d{1,2}(:\d{2})?)?)$/,
  merge: /^<<$/,
  value: /^=$/,
};

const MISTAKABLE: Readonly<Record<string, readonly string[]>> = {
  boolean: ['y', 'N', 'yes', 'No', 'NO', 'on', 'Off', 'true', 'False', 'TRUE'],
  null: ['~', 'null', 'NULL', ''],
  integer: ['0', '-1', '0123', '0o17', '0b101', '0x1F', '1_000', '22:22', '190:20:30', '+1'],
  float: ['1.5', '.5', '1e3', '1.', '-.inf', '.NaN', '190:20:30.15', '1_0.5'],
  timestamp: ['2024-01-31', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43'],
  merge: ['<<'],
  value: ['='],
};

const environmentLine = (value: string) => /\n {6}VALUE: (.*)\n/.exec(composeOf(stack => { service(stack, 'web', { env: { VALUE: value } }); }).file('compose.yaml'))![1]!;

describe('a string in the Compose file', () => {
  test.each(Object.entries(MISTAKABLE).flatMap(([type, values]) => values.map(value => [value, type] as const).map(([v, t]): [string, string] => [v, t])))('%p is quoted, for those who would read a %s', value => {
    expect(environmentLine(value)).toBe(`'${value}'`);
  });

  test('that stands bare is nothing but a string to a reader of YAML 1.1', () => {
    const word = fc.oneof(fc.stringMatching(/^[-+.:_0-9a-fxoeTZ ]{1,8}$/), fc.constantFrom('yes', 'on', 'off', 'Null', 'nan', 'inf'));
    fc.assert(fc.property(word, value => {
      const line = environmentLine(value);
      if (line === value) expect(Object.entries(YAML_1_1).filter(([, pattern]) => pattern.test(value)).map(([type]) => type)).toEqual([]);
    }), { numRuns: 300 });
  });

  test.each(['on', 'y', 'NO'])('that is the name %p is quoted, too', name => {
    expect(composeOf(stack => { service(stack, 'web', { env: { [name]: 'x' } }); }).file('compose.yaml')).toContain(`\n      '${name}': x\n`);
  });

  test.each([
    '$', '$$', '$HOME', '${HOME}', '${HOME:-x}', '$(HOME)', 'a$', 'two\nlines', 'ends\n', '\n', '\t', ' ', 'trailing ', '"quoted"', "it's", '\\n', '#no comment', 'a: b', '- a', '*a', '&a', '!a', '%a', '@a', '`a', '{a}', '[a]', '😀', '\u0085', '\u2028', '\ufeff', 'x'.repeat(5000),
  ])('%j comes out of Compose as it went in', value => {
    const { services } = composeOf(stack => { service(stack, 'web', { env: { VALUE: value }, args: [value], command: [value] }); });
    const { environment, command, entrypoint } = services['web'] as { environment: Record<string, string>; command: string[]; entrypoint: string[] };
    expect([environment['VALUE']!, command[0]!, entrypoint[0]!].map(written => expandAsCompose(written, {}))).toEqual([value, value, value]);
  });

  test('comes out as it went in, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }).map(value => value.replaceAll('\0', '')), value => {
      const { services, file } = composeOf(stack => { service(stack, 'web', { env: { VALUE: value }, mounts: [{ config: new Config(stack, 'c', { files: { value } }), path: '/etc/web' }] }); });
      expect(expandAsCompose((services['web']!.environment as Record<string, string>)['VALUE']!, {})).toBe(value);
      expect(file('config/c/value')).toBe(value);
    }), { numRuns: 200 });
  });
});
