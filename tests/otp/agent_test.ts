/**
 * Tests of agents: on this node by closures, on another by functions' names.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Context, Effect, Option } from "../../src/deps/effect.ts";
import * as Agent from "../../src/otp/agent.ts";
import { capture, defmodule } from "../../src/process/modules.ts";
import * as Process from "../../src/process/process.ts";
import { atom } from "../../src/term/atom.ts";
import { BadArg, Exit, NoProc, Timeout, Unsendable } from "../../src/term/errors.ts";
import { withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

const Shop = defmodule("Agent.Shop", {
  count: (stock: Readonly<Record<string, number>>, item: string): number => stock[item] ?? 0,
  put: (stock: Readonly<Record<string, number>>, item: string, count: number) => ({
    ...stock,
    [item]: count,
  }),
  take: (stock: Readonly<Record<string, number>>, item: string) =>
    Effect.succeed([stock[item] ?? 0, { ...stock, [item]: 0 }] as const),
  list: (stock: Readonly<Record<string, number>>) => Object.keys(stock),
});

class Start extends Context.Service<Start, number>()("Start") {}

onBothFibers(
  "an agent's state is seen and changed by functions that give a value or an Effect",
  () =>
    Effect.gen(function* () {
      const agent = yield* Agent.startLink(() => 40, { name: "Agent" });
      assertEquals(yield* Agent.update(agent, (count) => count + 1), atom("ok"));
      assertEquals(yield* Agent.update(agent, (count) => Effect.succeed(count + 1)), atom("ok"));
      assertEquals(yield* Agent.get(agent, (count) => `${count}`), "42");
      assertEquals(yield* Agent.getAndUpdate("Agent", (count: number) => [count, 1]), 42);
      assertEquals(yield* Agent.cast(agent, (count) => count + 1), atom("ok"));
      assertEquals(yield* Agent.get("Agent", (count: number) => count, "1 second"), 2);
      // In the agent's own process.
      assertEquals(yield* Agent.get(agent, () => Process.self()), agent);
      assertEquals(yield* Agent.stop("Agent"), atom("ok"));
      assertInstanceOf(yield* Effect.flip(Agent.get(agent, (count) => count)), NoProc);
    }),
);

onBothFibers(
  "a function that fails ends the agent, and so does one that gives no pair",
  () =>
    Effect.gen(function* () {
      const first = yield* Agent.start(() => 1);
      const failure = yield* Effect.flip(Agent.get(first, () => {
        throw new TypeError("a defect");
      }));
      assertInstanceOf(failure, Exit);
      assertMatch(failure.message, /TypeError: a defect/);
      const second = yield* Agent.start(() => 1);
      const noPair = yield* Effect.flip(Agent.getAndUpdate(second, () => 1 as never));
      assertInstanceOf(noPair, Exit);
      assertMatch(noPair.message, /bad_return_value/);
      const third = yield* Agent.start(() => 1);
      assertInstanceOf(yield* Effect.flip(Agent.get(third, () => Effect.never, 1)), Timeout);
      assertInstanceOf(yield* Effect.flip(Agent.get(third, 7 as never)), BadArg);
      assertInstanceOf(yield* Effect.flip(Agent.cast(third, 7 as never)), BadArg);
    }),
);

onBothFibers(
  "an agent begins with what it was given, with its starter's services",
  () =>
    Effect.gen(function* () {
      const agent = yield* Effect.provideService(Agent.startLink(() => Start), Start, 7);
      assertEquals(yield* Agent.get(agent, (start) => start), 7);
      yield* Process.trapExit(true);
      const failure = yield* Effect.flip(Agent.startLink(() => Effect.fail("no stock")));
      assertInstanceOf(failure, Exit);
      assertEquals(failure.reason, "no stock");
    }),
);

Deno.test(
  "an agent on another node is asked by functions' names; a closure cannot travel",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    await kate.run(Agent.start((): Readonly<Record<string, number>> => ({ cup: 1 }), { name: "Stock" }));
    const there = ["Stock", "kate@localhost"] as const;
    assertEquals(await alex.run(Agent.get(there, Shop.count, ["cup"])), 1);
    assertEquals(await alex.run(Agent.update(there, Shop.put, ["cup", 3], "1 second")), atom("ok"));
    assertEquals(await alex.run(Agent.cast(there, Shop.put, ["tea", 4])), atom("ok"));
    assertEquals(await alex.run(Agent.getAndUpdate(there, Shop.take, ["tea"])), 4);
    assertEquals(await alex.run(Agent.get(there, Shop.list, [])), ["cup", "tea"]);
    const closures = [Agent.get(there, (stock) => stock), Agent.cast(there, (stock) => stock)];
    for (const asked of closures) {
      const refused = await alex.fails(asked);
      assertInstanceOf(refused, BadArg);
      assertMatch(
        refused.message,
        /^Agent\.(get|cast)\(\{Stock, .*\): a function travels by its name: write it into a defmodule/,
      );
    }
    const unsent: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      Agent.get(there, Shop.count, [[0, Symbol("s")]] as never),
      Agent.cast(there, Shop.put, [[0, Symbol("s")]] as never),
    ];
    for (const asked of unsent) {
      const unsendable = await alex.fails(asked);
      assertInstanceOf(unsendable, Unsendable);
      assertEquals(unsendable.path, "args[0][1]");
    }
    assertMatch(
      String(await alex.fails(Agent.get(there, Shop.count, 5 as never))),
      /5 was given where an array/,
    );
    assertMatch(
      String(await alex.fails(Agent.get(there, capture("Agent.Shop", "nothing"), [1]))),
      /exit: .*Agent.Shop.nothing\/2 is not defined/,
    );
    assertEquals(Option.isNone(await kate.run(Process.whereis("Stock"))), true);
  }),
);
