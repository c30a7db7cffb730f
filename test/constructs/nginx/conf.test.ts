import { describe, expect, test } from '@jest/globals';
import { Conf, conf } from '../../../constructs/nginx/conf';
import { Duration, Size } from '../../../lib/model';

const word = (value: string) => Conf.word(value, /^.*$/s, { code: 'test', what: 'refused', fix: 'nothing' });

describe('the template', () => {
  test('loses the indentation of the program and keeps its own', () => {
    expect(conf`
      http {
          server_tokens off;
      }
      `.text).toBe('http {\n    server_tokens off;\n}');
  });

  test('gives a part of several lines the indentation of its place', () => {
    const inner = conf`
              location / {
                  return 404;
              }`;
    expect(conf`
      server {
          ${inner}
      }`.text).toBe('server {\n    location / {\n        return 404;\n    }\n}');
  });

  test('drops the line of a part that is not there', () => {
    expect(conf`
      a;
          ${undefined}
      ${false}
      b;`.text).toBe('a;\nb;');
  });

  test('writes the lines of a list one below the other, and blocks with a line between', () => {
    expect(conf`${[conf`a;`, false, conf`b;`]}`.text).toBe('a;\nb;');
    const block = conf`
      a {
      }`;
    expect(conf`${[block, block]}`.text).toBe('a {\n}\n\na {\n}');
  });

  test('is literal about backslashes and dollars, as nginx means them', () => {
    expect(conf`location ~ \.py$ { return 301 https://$host$uri; }`.text).toBe('location ~ \\.py$ { return 301 https://$host$uri; }');
  });

  test('writes sizes, durations and numbers as nginx reads them', () => {
    expect(conf`${Size.of('50Mi')} ${Size.of('2Ti')} ${Size.of('1kB')} ${Duration.of('500ms')} ${Duration.of('7d')} ${3}`.text).toBe('50m 2048g 1000 500ms 604800s 3');
  });

  test('takes no plain string', () => {
    // @ts-expect-error a string is no part
    expect(() => conf`server_name ${'a;} server {'};`.text).toThrow();
  });

  test.each(['a b', 'a;', 'a{', 'a}', 'a"', "a'", 'a`', 'a$b', 'a\\', 'a#', 'a\nb'])('whatever a grammar says, %j is no word', value => {
    expect(() => word(value)).toThrow('refused');
  });
});
