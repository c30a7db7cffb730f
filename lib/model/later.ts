/**
 * Makes a property that is worked out when somebody first reads it: until then, what it is made of may still grow.
 * Whoever sets it before or after that sets it as any other.
 */
export function later<T extends object, K extends keyof T>(object: T, key: K, workOut: () => T[K]): void {
  const set = (value: T[K]): T[K] => {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    return value;
  };
  Object.defineProperty(object, key, { get: () => set(workOut()), set, enumerable: true, configurable: true });
}
