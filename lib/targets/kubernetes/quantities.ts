import { k8s } from 'cdk8s-plus-28';
import type { Cpu, Resources, Size } from '../../model';

/** `512Mi`, `2Gi`; bytes where no unit fits. */
export function sizeQuantity(size: Size): k8s.Quantity {
  return k8s.Quantity.fromString(size.inLargestUnit().join(''));
}

/** `500m`, `2`. */
function cpuQuantity({ millis }: Cpu): k8s.Quantity {
  return k8s.Quantity.fromString(millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`);
}

export function resourcesOf({ cpu, memory, ...rest }: Resources): k8s.ResourceRequirements {
  rest satisfies Record<string, never>;
  return {
    requests: { cpu: cpuQuantity(cpu.request), memory: sizeQuantity(memory.request) },
    limits: { cpu: cpuQuantity(cpu.limit), memory: sizeQuantity(memory.limit) },
  };
}
