/**
 * Carrying a request out: a module's function is called, and what it gives is the answer.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import type { Reference } from "../term/identifier.ts";
import { unsendableIn } from "./dispatch.ts";
import type { Kernel } from "./kernel.ts";
import { reply } from "./requests.ts";
import { applyFunction } from "./spawn.ts";

/**
 * What the process that holds a request runs, to the function's result. One that cannot travel ends it with
 * `unsendable`.
 *
 * @param kernel The kernel that it runs on.
 * @param reference The request.
 * @param module The module's name.
 * @param name The function's name.
 * @param args Its arguments.
 */
export const answering = (
  kernel: Kernel,
  reference: Reference,
  module: string,
  name: string,
  args: ReadonlyArray<unknown>,
): AnyEffect =>
  Effect.flatMap(applyFunction(kernel, module, name, args), (value) => {
    try {
      reply(kernel, reference, value);
      return Effect.succeed(value);
    } catch (error) {
      return Effect.fail(
        unsendableIn(`the result of ${module}.${name}/${args.length}`, error, { at: "", as: "result" }),
      );
    }
  });
