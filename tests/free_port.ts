/**
 * Ports for tests, which run beside each other.
 *
 * @module
 */

/** A port of that host on which nobody listens, below those that the system gives out. */
export const freePort = (host = "127.0.0.1"): number => {
  for (;;) {
    const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
    const port = 15_000 + random % 15_000;
    try {
      Deno.listen({ hostname: host, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
};
