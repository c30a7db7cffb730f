import { FaultError } from './problem';

/** `'500m'` is half a core; `2` and `'2'` are two cores. */
export type CpuLike = Cpu | number | `${number}` | `${number}m`;

/** A share of processor time, in thousandths of a core. Compose: `0.5`, in cores. Kubernetes: `500m`. */
export class Cpu {
  private constructor(/** Thousandths of a core. */ readonly millis: number) {}

  /** Thousandths of a core, at least one. Throws a FaultError for anything else. */
  static millis(millis: number): Cpu {
    return Cpu.of(`${millis}m`);
  }

  /** Cores (`2`, `'0.5'`), or thousandths of one (`'500m'`). Throws a FaultError for anything else. */
  static of(value: CpuLike): Cpu {
    if (value instanceof Cpu) return value;
    const [, amount, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(value)) ?? [];
    const millis = Number(amount) * (milli ? 1 : 1000);
    if (!(Number.isSafeInteger(Math.round(millis)) && Math.abs(millis - Math.round(millis)) < 1e-6) || millis <= 0) {
      throw new FaultError({ code: 'cpu', what: `'${value}' is not an amount of CPU`, fix: "write cores (2, 0.5) or thousandths of a core ('500m')" });
    }
    return new Cpu(Math.round(millis));
  }

  /** For people: `0.5 CPU`. */
  toString(): string {
    return `${this.millis / 1000} CPU`;
  }
}
