import type { Cpu, Resources, Size } from '../../model';
import type { Container } from './types';

/** `512Mi`, `2Gi`; bytes where no unit fits. */
export function sizeQuantity(size: Size): string {
  return size.inLargestUnit().join('');
}

/** `500m`, `2`. */
function cpuQuantity({ millis }: Cpu): string {
  return millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`;
}

export function resourcesOf({ cpu, memory, ...rest }: Resources): NonNullable<Container['resources']> {
  rest satisfies Record<string, never>;
  return {
    requests: { cpu: cpuQuantity(cpu.request), memory: sizeQuantity(memory.request) },
    limits: { cpu: cpuQuantity(cpu.limit), memory: sizeQuantity(memory.limit) },
  };
}
