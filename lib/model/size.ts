import { FaultError } from './problem';

const UNITS = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** A number with its unit, so that `512` alone does not compile: `512Mi`, `1.5Gi`, `40GB`. */
export type SizeString = `${number}${keyof typeof UNITS}`;
/** Wherever an amount of memory or storage is asked for: `'512Mi'`, or a {@link Size}. */
export type SizeLike = Size | SizeString;

/** An amount of memory or storage, in whole bytes. Compose: `512m`, `2g`. Kubernetes: `512Mi`, `2Gi`. */
export class Size {
  private constructor(/** A positive whole number of them. */ readonly bytes: number) {}

  /** Throws a FaultError unless it is a positive whole number. */
  static bytes(bytes: number): Size {
    if (!Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new FaultError({ code: 'size', what: `a size of ${bytes} bytes`, fix: 'give a positive whole number of bytes' });
    }
    return new Size(bytes);
  }

  /** Of 2^20 bytes; a fraction is rounded down to whole bytes. */
  static mebibytes(amount: number): Size {
    return Size.bytes(Math.floor(amount * UNITS.Mi));
  }

  /** A positive number with its unit: `Ki`, `Mi`, `Gi`, `Ti`, of 1024, or `kB`, `MB`, `GB`, `TB`, of 1000. Throws a FaultError for anything else. */
  static of(value: SizeLike): Size {
    if (value instanceof Size) return value;
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|kB|MB|GB|TB)$/.exec(value) ?? [];
    const bytes = Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
    if (!Number.isSafeInteger(bytes) || bytes <= 0) {
      throw new FaultError({ code: 'size', what: `'${value}' is not a size`, fix: 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB' });
    }
    return new Size(bytes);
  }

  /** A share of this size, in whole mebibytes, at least one. */
  share(part: number): Size {
    return Size.mebibytes(Math.max(1, Math.floor((this.bytes * part) / UNITS.Mi)));
  }

  /** The number in the largest binary unit that holds it exactly: `[2, 'Gi']`; bytes have the unit ''. */
  inLargestUnit(): readonly [amount: number, unit: '' | 'Ki' | 'Mi' | 'Gi' | 'Ti'] {
    for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
      if (this.bytes % UNITS[unit] === 0) return [this.bytes / UNITS[unit], unit];
    }
    return [this.bytes, ''];
  }

  /** For people: `2 GiB`. */
  toString(): string {
    const [amount, unit] = this.inLargestUnit();
    return `${amount} ${unit}B`;
  }
}
