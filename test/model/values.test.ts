import { describe, expect, test } from '@jest/globals';
import { Cpu, Duration, Image, Size, type CpuLike, type DurationLike, type SizeLike } from '../../lib';
import { thrownBy } from '../support/stacks';

describe('a size', () => {
  test.each<[SizeLike, number]>([
    ['1Ki', 1024], ['512Mi', 536870912], ['1.5Gi', 1610612736], ['2Ti', 2199023255552],
    ['1kB', 1000], ['10MB', 10_000_000], ['0.5GB', 500_000_000], ['1TB', 1e12],
  ])('of %s is %i bytes', (text, bytes) => {
    expect(Size.of(text).bytes).toBe(bytes);
  });

  test.each(['12 apples', '0Mi', '-1Gi', '512', '1gb', '1e3Mi', '1 Gi', 'Gi', '', '99999999Ti', '0.0001kB', 'NaNMi', 'InfinityGi'])('of %p is refused', text => {
    expect(thrownBy(() => Size.of(text as SizeLike))).toBe(`'${text}' is not a size\n  fix: write a positive number with its unit, such as 512Mi, 2Gi or 40GB`);
  });

  test.each([0, -1, 1.5, NaN, Infinity])('of %p bytes is refused', bytes => {
    expect(thrownBy(() => Size.bytes(bytes))).toBe(`a size of ${bytes} bytes\n  fix: give a positive whole number of bytes`);
  });

  test('is told to people in the largest unit that holds it exactly', () => {
    expect(['2Gi', '1536Mi', '1.5Gi', '10MB', '1kB', '1Ti'].map(text => `${Size.of(text as SizeLike)}`)).toEqual(['2 GiB', '1536 MiB', '1536 MiB', '10000000 B', '1000 B', '1 TiB']);
  });

  test('has shares in whole mebibytes, and at least one', () => {
    expect([Size.of('1Gi').share(1 / 3), Size.of('2Mi').share(1 / 16)].map(String)).toEqual(['341 MiB', '1 MiB']);
  });

  test('without a unit does not compile', () => {
    // @ts-expect-error -- 512 of what?
    expect(() => Size.of('512')).toThrow('is not a size');
  });
});

describe('an amount of CPU', () => {
  test.each<[CpuLike, number]>([[2, 2000], ['2', 2000], ['500m', 500], [0.5, 500], ['0.25', 250], [0.1, 100], ['1m', 1]])('of %p is %i thousandths of a core', (amount, millis) => {
    expect(Cpu.of(amount).millis).toBe(millis);
  });

  test.each([0, -1, NaN, Infinity, 0.0001, 1e-7, 1e21, '0.5m', '1e3m', '500M', '2.0005', '', '1,5', '500 m'])('of %p is refused', amount => {
    expect(thrownBy(() => Cpu.of(amount as CpuLike))).toBe(`'${amount}' is not an amount of CPU\n  fix: write cores (2, 0.5) or thousandths of a core ('500m')`);
  });

  test('is told to people in cores', () => {
    expect([`${Cpu.of('500m')}`, `${Cpu.of(4)}`]).toEqual(['0.5 CPU', '4 CPU']);
  });
});

describe('a duration', () => {
  test.each<[DurationLike, number]>([['500ms', 500], ['30s', 30_000], ['1.005s', 1005], ['5m', 300_000], ['12h', 43_200_000], ['30d', 2_592_000_000]])('of %s is %i milliseconds', (text, milliseconds) => {
    expect(Duration.of(text).milliseconds).toBe(milliseconds);
  });

  test.each(['0s', '-1s', '10', 's', '1 s', '1S', '1e3s', '0.5ms', '99999999999d', '1w', 'soon'])('of %p is refused', text => {
    expect(thrownBy(() => Duration.of(text as DurationLike))).toBe(`'${text}' is not a duration\n  fix: write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d`);
  });

  test('can be made from numbers', () => {
    expect([Duration.seconds(90), Duration.minutes(2), Duration.hours(1), Duration.days(30)].map(({ inSeconds }) => inSeconds)).toEqual([90, 120, 3600, 2_592_000]);
  });

  test('is printed as Go, nginx and Compose read it', () => {
    expect([Duration.of('90s'), Duration.of('2m'), Duration.of('1500ms')].map(String)).toEqual(['90s', '120s', '1500ms']);
  });

  test('in whole seconds is rounded up, so that nothing ends too early', () => {
    expect(Duration.of('1500ms').wholeSeconds).toBe(2);
  });
});

describe('an image', () => {
  test.each<[string, string, readonly number[]]>([
    ['postgres:16-alpine', '16-alpine', [16]],
    ['nginx:1.25-alpine', '1.25-alpine', [1, 25]],
    ['registry.example:5000/team/shop:v2.1.3', 'v2.1.3', [2, 1, 3]],
    ['debian:bookworm-slim', 'bookworm-slim', []],
    [`nginx:1.29@sha256:${'0'.repeat(64)}`, '1.29', [1, 29]],
  ])('%s has the tag %s', (reference, tag, version) => {
    const image = Image.registry(reference);
    expect({ tag: image.tag, version: image.version, isPinned: image.isPinned }).toEqual({ tag, version, isPinned: true });
  });

  test('by its digest alone is pinned, and has neither tag nor version', () => {
    const { tag, version, isPinned } = Image.registry(`nginx@sha256:${'1'.repeat(64)}`);
    expect({ tag, version, isPinned }).toEqual({ tag: undefined, version: [], isPinned: true });
  });

  test.each(['nginx', 'nginx:latest', 'nginx:stable-alpine', 'shop:nightly', 'registry.example:5000/shop'])('%s is not pinned', reference => {
    expect(Image.registry(reference).isPinned).toBe(false);
  });

  test('that is built is named by registry, name and version, and stops at its last stage', () => {
    const stages = ['builder', 'production'].map(name => ({ name, from: 'alpine:3.22', instructions: [] }));
    const image = Image.build({ name: 'shop', version: '1.4.2', registry: 'registry.example/team', context: '/src', stages });
    expect([image.reference, image.build?.target]).toEqual(['registry.example/team/shop:1.4.2', 'production']);
  });
});
