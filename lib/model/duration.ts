import { FaultError } from './problem';

const UNITS = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 } as const;

/** A number with its unit, so that `30` alone does not compile: `500ms`, `30s`, `5m`, `2h`, `30d`. */
export type DurationString = `${number}${keyof typeof UNITS}`;
/** Wherever a length of time is asked for: `'30s'`, or a {@link Duration}. */
export type DurationLike = Duration | DurationString;

/** A length of time, in whole milliseconds. Compose: `90s`, `500ms`. Kubernetes: whole seconds, rounded up. */
export class Duration {
  private constructor(/** A whole number of them. */ readonly milliseconds: number) {}

  /** Throws a FaultError, as those of other units, unless it is more than 0. */
  static seconds(amount: number): Duration { return Duration.of(`${amount}s`); }
  /** Of 60 seconds. */
  static minutes(amount: number): Duration { return Duration.of(`${amount}m`); }
  /** Of 60 minutes. */
  static hours(amount: number): Duration { return Duration.of(`${amount}h`); }
  /** Of 24 hours. */
  static days(amount: number): Duration { return Duration.of(`${amount}d`); }

  /** A positive number with its unit: `ms`, `s`, `m`, `h`, `d`. Throws a FaultError for anything else. */
  static of(value: DurationLike): Duration {
    if (value instanceof Duration) return value;
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) ?? [];
    const exact = Number(amount) * UNITS[unit as keyof typeof UNITS];
    const milliseconds = Math.round(exact);
    if (!Number.isSafeInteger(milliseconds) || milliseconds <= 0 || Math.abs(exact - milliseconds) > 1e-6) {
      throw new FaultError({ code: 'duration', what: `'${value}' is not a duration`, fix: 'write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d' });
    }
    return new Duration(milliseconds);
  }

  /** With a fraction, if there is one. */
  get inSeconds(): number {
    return this.milliseconds / 1000;
  }

  /** With a fraction, if there is one. */
  get inDays(): number {
    return this.milliseconds / UNITS.d;
  }

  /** Whole seconds, rounded up: Kubernetes knows no smaller unit. */
  get wholeSeconds(): number {
    return Math.ceil(this.inSeconds);
  }

  /** As Go, nginx and Compose read it: `90s`, `500ms`. */
  toString(): string {
    return this.milliseconds % 1000 === 0 ? `${this.inSeconds}s` : `${this.milliseconds}ms`;
  }
}
