const made = ((globalThis as { guardian?: Map<string, unknown> }).guardian ??= new Map<string, unknown>());

/** One for each process: Next.js bundles a module several times, and in development loads it anew with every change. */
export function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}
