/**
 * Tests of `Sys`: looking into a server, holding it, and tracing it.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Effect, Fiber } from "../../src/deps/effect.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import {
  capture,
  defmodule,
  DynamicSupervisor,
  PartitionSupervisor,
  Pid,
  Registry,
  Supervisor,
  Task,
} from "../../mod.ts";
import * as Sys from "../../src/otp/sys.ts";
import * as Process from "../../src/process/process.ts";
import { atom } from "../../src/term/atom.ts";
import { BadArg, NoProc, Timeout } from "../../src/term/errors.ts";
import { tuple } from "../../src/term/tuple.ts";
import { eventually, withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

const Counter = GenServer.define("Counter", {
  init: (start: number) => ["ok", start],
  handleCall: { get: (_, _from, count) => ["reply", count, count] },
  handleCast: { add: (amount: number, count) => ["noreply", count + amount] },
  handleInfo: (_message, count) => ["noreply", count + 100],
});

/** Shows of its state only what stands under `name`; by others it fails. */
const Vault = GenServer.define("Vault", {
  init: (state: { readonly name: string; readonly secret: string }) => ["ok", state],
  handleCall: {
    open: (secret: string, _from, state) => {
      throw new Error(`${secret} is not ${state.secret}`);
    },
  },
  formatStatus: (status) => {
    if (status.state.name === "failing") throw new Error(status.state.secret);
    if (status.state.name === "odd") return status.state.secret as never;
    if (status.state.name === "plain") return { ...status, state: "hidden" };
    const others = "reason" in status ? { reason: "wrong secret", message: atom("open") } : {};
    return { state: { ...status.state, secret: "hidden" }, ...others };
  },
});

const Change = defmodule("Sys.Change", { twice: (count: number) => count * 2 });

onBothFibers(
  "a server's state is seen and replaced, and a change that throws leaves it",
  () =>
    Effect.gen(function* () {
      const counter = yield* GenServer.start(Counter, 1);
      assertEquals(yield* Sys.getState(counter), 1);
      assertEquals(yield* Sys.replaceState(counter, (count: number) => count + 1), 2);
      const failure = yield* Effect.flip(Sys.replaceState(counter, () => {
        throw new TypeError("no");
      }));
      assertInstanceOf(failure, BadArg);
      assertMatch(failure.message, /the function failed, and the state is as it was: TypeError: no/);
      assertEquals(yield* GenServer.call(counter, Counter.get()), 2);
      const nobody = yield* Effect.flip(Sys.getState("Nobody"));
      assertInstanceOf(nobody, NoProc);
      assertMatch(nobody.message, /^Sys\.getState\("Nobody"\): /);
      const untraced = yield* Effect.flip(Sys.trace("Nobody", true));
      assertMatch(untraced.message, /^Sys\.trace\("Nobody", true\): /);
    }),
);

onBothFibers(
  "a suspended server keeps its messages, and answers the system alone, until it is resumed",
  () =>
    Effect.gen(function* () {
      const counter = yield* GenServer.start(Counter, 1);
      assertEquals(yield* Sys.suspend(counter), atom("ok"));
      assertEquals(yield* Sys.getStatus(counter), tuple(atom("suspended"), 1));
      yield* GenServer.cast(counter, Counter.add(1));
      const asking = yield* Effect.forkChild(GenServer.call(counter, Counter.get()), {
        startImmediately: true,
      });
      assertInstanceOf(yield* Effect.flip(GenServer.call(counter, Counter.get(), 1)), Timeout);
      assertEquals(yield* Sys.replaceState(counter, (count: number) => count + 10), 11);
      assertEquals(yield* Sys.resume(counter), atom("ok"));
      assertEquals(yield* Fiber.join(asking), 12);
      assertEquals(yield* Sys.getStatus(counter), tuple(atom("running"), 12));
      assertEquals(yield* Sys.resume(counter), atom("ok"));
    }),
);

onBothFibers(
  "a suspended server can be stopped, and ends with its parent",
  (kernel) =>
    Effect.gen(function* () {
      const stopped = yield* GenServer.start(Counter, 1);
      yield* Sys.suspend(stopped);
      assertEquals(yield* Sys.terminate(stopped, "shutdown"), atom("ok"));
      const Trapping = GenServer.define("Trapping", {
        init: () => Effect.as(Process.trapExit(true), ["ok", 0]),
      });
      const parent = yield* Process.spawn(Effect.gen(function* () {
        yield* Sys.suspend(yield* GenServer.startLink(Trapping, undefined, { name: "Trapping" }));
        yield* Process.receive();
      }));
      yield* Effect.promise(() => eventually("it is up", () => kernel.names.has("Trapping")));
      yield* Process.send(parent, "go");
      yield* Effect.promise(() => eventually("it has ended", () => !kernel.names.has("Trapping")));
    }),
);

Deno.test(
  "a server on another node is seen and held as one here; a function goes there by its name alone",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    await kate.run(GenServer.start(Counter, 5, { name: "Counter" }));
    const there = ["Counter", "kate@localhost"] as const;
    assertEquals(await alex.run(Sys.getState(there)), 5);
    await alex.run(Sys.suspend(there));
    assertInstanceOf(await alex.fails(GenServer.call(there, Counter.get(), 5)), Timeout);
    await alex.run(Sys.resume(there));
    assertEquals(await alex.run(GenServer.call(there, Counter.get())), 5);
    assertMatch(
      String(await alex.fails(Sys.replaceState(there, (count: number) => count))),
      /badarg: Sys\.replaceState\(.*a function travels by its name/,
    );
    assertEquals(await alex.run(Sys.replaceState(there, Change.twice)), 10);
    assertEquals(await alex.run(Sys.getState(there)), 10);
    assertMatch(
      String(await alex.fails(Sys.replaceState(there, capture("Sys.Change", "nothing")))),
      /&Sys\.Change\.nothing is no function that kate@localhost knows/,
    );
    await alex.run(GenServer.stop(there));
  }),
);

Deno.test(
  "a traced server logs what it gets, replies and becomes, until it is traced no more",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    await kate.run(GenServer.start(Counter, 5, { name: "Counter" }));
    await kate.run(Sys.trace("Counter", true));
    await kate.run(GenServer.call("Counter", Counter.get()));
    await kate.run(GenServer.cast("Counter", Counter.add(2)));
    await kate.run(Process.send("Counter", "hello"));
    await kate.run(Sys.trace("Counter", false));
    await kate.run(GenServer.cast("Counter", Counter.add(2)));
    await kate.run(GenServer.stop("Counter"));
    const said = [
      /\*DBG\* "Counter" got call :get from #PID<[\d.]+>/,
      /\*DBG\* "Counter" sent 5 to #PID<[\d.]+>, new state 5/,
      /\*DBG\* "Counter" got cast \{:add, 2\}/,
      /\*DBG\* "Counter" new state 7/,
      /\*DBG\* "Counter" got "hello"/,
      /\*DBG\* "Counter" new state 107/,
    ];
    const traced = kate.logs.filter((line) => line.includes("*DBG*"));
    assertEquals(traced.length, said.length);
    for (const [index, pattern] of said.entries()) assert(pattern.test(traced[index] ?? ""), traced[index]);
  }),
);

onBothFibers(
  "every kind of supervisor shows its state, and goes on",
  () =>
    Effect.gen(function* () {
      const top = yield* Supervisor.startLink(
        [
          GenServer.childSpec(Counter, 1),
          DynamicSupervisor.childSpec({ name: "Sys.Dynamic" }),
          Task.Supervisor.childSpec({ name: "Sys.Tasks" }),
          Registry.childSpec({ name: "Sys.Names", keys: "unique" }),
          PartitionSupervisor.childSpec({
            name: "Sys.Parts",
            partitions: 2,
            childSpec: GenServer.childSpec(Counter, 1),
          }),
        ],
        { strategy: "one_for_one" },
      );
      const before = yield* Supervisor.whichChildren(top);
      for (const server of [top, "Sys.Dynamic", "Sys.Tasks"]) {
        const state = yield* Sys.getState(server);
        assertEquals(yield* Sys.getStatus(server), tuple(atom("running"), state));
        const refused = yield* Effect.flip(Sys.replaceState(server, (same: unknown) => same));
        assertMatch(refused.message, /the state of a supervisor cannot be replaced$/);
      }
      for (const [, pid] of before) if (pid instanceof Pid) yield* Sys.getState(pid);
      assertEquals(yield* Supervisor.whichChildren(top), before);
    }),
);

Deno.test(
  "supervisors are traced as well",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    await kate.run(
      DynamicSupervisor.startLink({ name: "Sys.Dynamic" }).pipe(
        Effect.andThen(Task.Supervisor.startLink({ name: "Sys.Tasks" })),
        Effect.andThen(Effect.all([Sys.trace("Sys.Dynamic", true), Sys.trace("Sys.Tasks", true)])),
        Effect.andThen(
          Effect.all([DynamicSupervisor.countChildren("Sys.Dynamic"), Task.Supervisor.children("Sys.Tasks")]),
        ),
      ),
    );
    const traced = kate.logs.filter((line) => line.includes("*DBG*"));
    assertMatch(traced[0] ?? "", /\*DBG\* "Sys\.Dynamic" got call .*count_children/);
    assertMatch(traced[1] ?? "", /\*DBG\* "Sys\.Tasks" got .*children/);
  }),
);

Deno.test("whether to trace is said by true or false", async () => {
  const traced = Effect.runPromise(Effect.sandbox(Sys.trace("Nobody", "yes" as never)));
  assertMatch(await traced.then(String, String), /badarg: Sys\.trace: "yes" was given where true or false/);
});

onBothFibers(
  "a server's status is as its formatStatus shows it; its state is as it is",
  () =>
    Effect.gen(function* () {
      const state = { name: "vault", secret: "1234" };
      const vault = yield* GenServer.start(Vault, state);
      assertEquals(
        yield* Sys.getStatus(vault),
        tuple(atom("running"), { name: "vault", secret: "hidden" }),
      );
      yield* Sys.suspend(vault);
      assertEquals((yield* Sys.getStatus(vault))[1], { name: "vault", secret: "hidden" });
      assertEquals(yield* Sys.getState(vault), state);
      const failing = yield* GenServer.start(Vault, { ...state, name: "failing" });
      assertEquals((yield* Sys.getStatus(failing))[1], "Vault.formatStatus failed");
      const odd = yield* GenServer.start(Vault, { ...state, name: "odd" });
      assertEquals((yield* Sys.getStatus(odd))[1], "Vault.formatStatus did not return a status");
    }),
);

Deno.test(
  "a server's crash report is as its formatStatus shows it; who called gets the real reason",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    const reportOf = async (name: string): Promise<string> => {
      const before = kate.logs.length;
      await kate.run(GenServer.start(Vault, { name, secret: "1234" }, { name: "Vault" }));
      const failure = await kate.fails(GenServer.call("Vault", Vault.open("9876")));
      assertMatch(String(failure), /exit: .*9876 is not 1234/);
      await eventually("it is reported", () => kate.logs.length > before);
      return kate.logs[before] ?? "";
    };
    const hidden = await reportOf("vault");
    assertMatch(
      hidden,
      /GenServer Vault "Vault" #PID<[\d.]+> terminating\n {2}\*\* \(exit\) wrong secret\n {2}Last message \(from #PID<[\d.]+>\): :open\n {2}State: \{ name: "vault", secret: "hidden" \}\n/,
    );
    assert(!/1234|9876/.test(hidden), hidden);
    // What it leaves out is as it is.
    assertMatch(
      await reportOf("plain"),
      /\*\* Error: 9876 is not 1234\n {6}at (.*\n)+ {2}Last message \(from #PID<[\d.]+>\): \{:open, "9876"\}\n {2}State: "hidden"\n/,
    );
  }),
);
