/**
 * The job: its parts go to whichever peer has nothing to do. What a peer that is lost had in hand goes to another.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { NoConnection, Process, Task } from "../../mod.ts";
import { type Part, partsOf } from "./plan.ts";
import { Primes } from "./primes.ts";

/** Each peer's task supervisor. */
export const supervisor = "Primes.TaskSupervisor";

/** How many parts for each peer: many, so that none waits long for the last. */
const partsPerPeer = 32;

/**
 * Counts the primes below a limit on peers.
 *
 * @param limit The limit.
 * @param nodes The peers' names.
 * @param onProgress Is told how many numbers are done.
 * @returns How many there are. Fails as a task does, and with `noconnection` when no peer is left.
 */
export const countPrimes = (
  limit: number,
  nodes: ReadonlyArray<string>,
  onProgress: (done: number) => void,
) =>
  Effect.gen(function* () {
    yield* Process.self();
    const waiting: Array<Part> = [...partsOf(limit, partsPerPeer * nodes.length)];
    const alive = new Set(nodes);
    let found = 0;
    let done = 0;
    const work = (node: string) =>
      Effect.gen(function* () {
        for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
          const count = yield* countOn(node, part).pipe(
            Effect.catchTag("noconnection", () => Effect.succeed(undefined)),
          );
          if (count === undefined) {
            waiting.push(part);
            alive.delete(node);
            return;
          }
          found += count;
          done += part[1] - part[0];
          onProgress(done);
        }
      });
    // Again, as long as something was given back after others had finished.
    while (waiting.length > 0 && alive.size > 0) {
      yield* Effect.forEach([...alive], work, { concurrency: "unbounded" });
    }
    if (waiting.length === 0) return found;
    const node = nodes.join(", ");
    return yield* Effect.fail(new NoConnection({ operation: "countPrimes", node, because: "lost" }));
  });

const countOn = (node: string, part: Part) =>
  Effect.flatMap(
    Task.Supervisor.async([supervisor, node], Primes.count, part),
    (task) => Task.await(task, "infinity"),
  );
