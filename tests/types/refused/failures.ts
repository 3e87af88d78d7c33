/**
 * Failures that are not handled, and tags that cannot come.
 *
 * @module
 */
import { Data, Effect } from "npm:effect@^4.1.0";
import { defmodule, Process, Task } from "../../../mod.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly limit: number }> {}

const Shop = defmodule("Shop", {
  halve: (count: number) => count > 100 ? Effect.fail(new TooBig({ limit: 100 })) : Effect.succeed(count / 2),
}, { errors: [TooBig] });

const halved = Task.Supervisor.async("Shop.Tasks", Shop.halve, [4]).pipe(Effect.flatMap(Task.await));

// Refused: TooBig' is not assignable to type 'never'
export const never: Effect.Effect<number> = halved;

// Refused: '"TooSmall"' is not assignable to
halved.pipe(Effect.catchTag("TooSmall", () => Effect.succeed(0)));

// Refused: Type 'Timeout' is not assignable to type 'never'
export const first: Effect.Effect<unknown> = Process.receive({ after: "1 second" });
