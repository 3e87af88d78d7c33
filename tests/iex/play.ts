/**
 * Lines played in one process of a fresh scope, and what each shows.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Data, Effect } from "npm:effect@^4.1.0";
import { NoConnection, Process } from "../../mod.ts";
import { evaluate, type Scope } from "../../src/iex/evaluator.ts";
import { makeScope } from "../../src/iex/scope.ts";
import { textOfValue } from "../../src/iex/text_of_value.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly message: string }> {}

const extras: Scope = {
  TooBig,
  gone: Effect.fail(
    new NoConnection({ operation: "Test", node: "moebi@localhost", because: "absent" }),
  ),
  tooBig: Effect.fail(new TooBig({ message: "12 is over 10" })),
  defect: Effect.die(new RangeError("no such thing")),
  pair: Effect.succeed([1, { x: 2, y: [3] }]),
  count: { of: (number: number) => Effect.succeed(number) },
};

/** What each line shows; `-` where nothing is. */
export const play = (...lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(Effect.gen(function* () {
    yield* Process.self();
    const scope: Scope = Object.assign(makeScope([]), extras);
    const shown: Array<string> = [];
    for (const line of lines) {
      const outcome = yield* evaluate(line, scope);
      shown.push(
        outcome.tag === "value"
          ? textOfValue(outcome.value)
          : outcome.tag === "failure"
          ? `** ${outcome.text}`
          : "-",
      );
    }
    return shown;
  }));

/** Tests by their titles: lines that are typed one after the other, and what each shows. */
export type Table = ReadonlyArray<
  readonly [title: string, ...steps: ReadonlyArray<readonly [line: string, shown: string | RegExp]>]
>;

/** Makes a test of each row. */
export const playAll = (table: Table): void => {
  for (const [title, ...steps] of table) {
    Deno.test(title, async () => {
      const shown = await play(...steps.map(([line]) => line));
      for (const [at, [line, expected]] of steps.entries()) {
        const what = shown[at] ?? "";
        if (typeof expected === "string") assertEquals(what, expected, line);
        else assertMatch(what, expected, line);
      }
    });
  }
};
