/**
 * What the end of a child's start means to its supervisor.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Effect } from "../deps.ts";
import { atom, Exit, exit, Ignore, Process, tuple } from "../../mod.ts";
import { bare, caught, startChild } from "../../src/otp/start_child.ts";
import { isCrash } from "../../src/term/errors.ts";

const outcomes = (start: Effect.Effect<unknown, unknown>) =>
  Effect.runPromise(Effect.all([startChild(start, caught), startChild(start, bare)]));

Deno.test("a pid runs, also with more to tell; ignore runs nothing, as an answer and as a failure", async () => {
  const pid = await Effect.runPromise(Process.self());
  const [runs] = await outcomes(Effect.succeed(pid));
  assertEquals(runs, { tag: "started", pid, info: undefined });
  const [told] = await outcomes(Effect.succeed(tuple(pid, undefined)));
  assertEquals(told, { tag: "started", pid, info: { value: undefined } });
  const ignored = { tag: "started" as const, pid: undefined, info: undefined };
  assertEquals(await outcomes(Effect.succeed(atom("ignore"))), [ignored, ignored]);
  assertEquals(await outcomes(Effect.fail(new Ignore({ operation: "start" }))), [ignored, ignored]);
});

Deno.test("a failure is the reason, and so is what is no answer", async () => {
  const failure = new Exit({ operation: "GenServer.startLink(Shop)", reason: "boom" });
  assertEquals(await outcomes(Effect.fail(failure)), [
    { tag: "failed", reason: failure },
    { tag: "failed", reason: failure },
  ]);
  assertEquals((await outcomes(Effect.succeed("what")))[0], { tag: "failed", reason: "what" });
  assertEquals((await outcomes(Effect.succeed(tuple("no pid", 1))))[1], {
    tag: "failed",
    reason: tuple("no pid", 1),
  });
});

Deno.test("a start that exits: within EXIT for a supervisor, bare for a dynamic one", async () => {
  assertEquals(await outcomes(exit("gone")), [
    { tag: "failed", reason: tuple("EXIT", "gone") },
    { tag: "failed", reason: "gone" },
  ]);
  const [one, other] = await outcomes(Effect.die(new RangeError("bad day")));
  assertEquals(one.tag, "failed");
  if (one.tag !== "failed" || other.tag !== "failed") return;
  const [label, crash] = one.reason as readonly [unknown, unknown];
  assertEquals([label, isCrash(crash), isCrash(other.reason)], ["EXIT", true, true]);
});

Deno.test("what a start throws and is no error is an answer, to a supervisor alone", async () => {
  const pid = await Effect.runPromise(Process.self());
  const [thrown, bareThrown] = await outcomes(Effect.die(pid));
  assertEquals(thrown, { tag: "started", pid, info: undefined });
  assertEquals(bareThrown.tag, "failed");
});
