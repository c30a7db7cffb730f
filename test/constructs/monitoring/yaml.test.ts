import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { yaml } from '../../../constructs/monitoring/yaml';
import { Duration } from '../../../lib';

const read = (piece: ReturnType<typeof yaml>) => load(piece.file.literal!);

describe('A template of YAML', () => {
  test.each(['plain', 'no', '0x1F', '"; rm', "it's", 'a: b # c', 'two\nlines', '${x}', '{{ $labels.service }}', '', '\t', '\0', '😀', '- x'])('keeps the string %j as it is', value => {
    expect(read(yaml`
      key: ${value}
      list: [${value}, ${[value, value]}]
    `)).toEqual({ key: value, list: [value, [value, value]] });
  });

  test('loses the indentation of the program, and gives blocks that of their line', () => {
    const inner = yaml`
      - a: 1
        b: ${Duration.minutes(1)}
    `;
    expect(yaml`
      outer:
        items:
          ${[inner, false, inner]}
        last: ${true}
    `.file.literal).toBe('outer:\n  items:\n    - a: 1\n      b: 60s\n    - a: 1\n      b: 60s\n  last: true\n');
  });

  test('takes the line away where there is nothing to put', () => {
    expect(yaml`
      a: 1
      ${false}
      ${[]}
      b: 2
    `.file.literal).toBe('a: 1\nb: 2\n');
  });
});
