/**
 * A test's Effect has a process and a scope of its own, says why it fails, and leaves nothing behind.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertNotEquals } from "@std/assert";
import { Context, Effect, type Scope } from "../../src/deps/effect.ts";
import * as Supervisor from "../../src/otp/supervisor.ts";
import { ExitMessage } from "../../src/process/messages.ts";
import { exit } from "../../src/process/exit.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import * as Process from "../../src/process/process.ts";
import { NoProc } from "../../src/term/errors.ts";
import type { Pid } from "../../src/term/identifier.ts";
import { runInProcess } from "../../src/testing/test_process.ts";

const newKernel = (): Kernel => new Kernel({ seams: systemSeams });

const outcomeOf = <A, E>(
  effect: Effect.Effect<A, E, Scope.Scope>,
  kernel: Kernel = newKernel(),
): Promise<Error | undefined> => runInProcess(kernel, "a test", effect);

/** Runs a test that must succeed. */
const passes = async <A, E>(effect: Effect.Effect<A, E, Scope.Scope>, kernel?: Kernel): Promise<void> =>
  assertEquals(await outcomeOf(effect, kernel), undefined);

Deno.test("each test is a process of its own, which is gone after it", async () => {
  const kernel = newKernel();
  const pids: Array<Pid> = [];
  const note = Effect.map(Process.self(), (pid) => void pids.push(pid));
  await passes(note, kernel);
  await passes(note, kernel);
  const [first, second] = pids;
  assertNotEquals(first, second);
  assertEquals([...kernel.table.values()], [kernel.user]);
});

Deno.test("a typed failure is reported as itself", async () => {
  const error = new NoProc({ operation: "x", process: "y" });
  assertEquals(await outcomeOf(Effect.fail(error)), error);
});

Deno.test("a defect is reported as what was thrown", async () => {
  const error = new RangeError("too far");
  const defect = Effect.sync(() => {
    throw error;
  });
  assertEquals(await outcomeOf(defect), error);
});

Deno.test("a failure that is no error is reported as it prints", async () => {
  const outcome = await outcomeOf(Effect.fail({ left: [1] }));
  assertInstanceOf(outcome, Error);
  assertEquals(outcome.message, "{ left: [ 1 ] }");
});

Deno.test("exit(reason) fails the test with that reason", async () => {
  assertEquals(String(await outcomeOf(exit("boom"))), "exit: exit: the process exited: boom");
});

Deno.test("an exit signal that ends the test's process fails it, with its reason", async () => {
  const linked = Effect.andThen(Process.spawnLink(exit("boom")), Effect.never);
  const said = 'exit: the test "a test": the process exited:';
  assertEquals(String(await outcomeOf(linked)), `${said} boom`);
  const killed = Effect.flatMap(Process.self(), (self) => Process.exit(self, "kill"));
  assertEquals(String(await outcomeOf(Effect.andThen(killed, Effect.never))), `${said} killed`);
});

Deno.test("the scope is closed within the process; when it is killed, before the test is over", async () => {
  const kernel = newKernel();
  const closed: Array<string> = [];
  const opened = Effect.acquireRelease(
    Effect.void,
    () => Effect.andThen(Effect.yieldNow, Effect.map(Process.self(), (pid) => void closed.push(String(pid)))),
  );
  let self = "";
  await passes(
    Effect.andThen(opened, Effect.map(Process.self(), (pid) => void (self = String(pid)))),
    kernel,
  );
  assertEquals(closed, [self]);
  const kill = Effect.flatMap(Process.self(), (pid) => Process.exit(pid, "kill"));
  await outcomeOf(opened.pipe(Effect.andThen(kill), Effect.andThen(Effect.never)), kernel);
  assertEquals(closed.length, 2);
});

Deno.test("a failure of a finalizer fails the test", async () => {
  const error = new Error("cannot close");
  const opened = Effect.acquireRelease(Effect.void, () => Effect.die(error));
  assertEquals(await outcomeOf(opened), error);
});

Deno.test("processes that a test leaves behind are ended: linked or not, their children, and the stubborn", async () => {
  const kernel = newKernel();
  const stubborn = Effect.andThen(Process.trapExit(true), Effect.forever(Process.receive()));
  await passes(
    Effect.gen(function* () {
      yield* Process.spawnLink(Effect.never);
      yield* Process.spawn(Effect.never);
      yield* Process.spawn(Process.spawn(Process.spawn(Effect.never)));
      yield* Process.spawn(stubborn);
      yield* Process.send(yield* Process.self(), "unread");
    }),
    kernel,
  );
  assertEquals([...kernel.table.values()], [kernel.user]);
});

Deno.test("a supervisor that is linked to the test ends in order, its children with shutdown", async () => {
  const kernel = newKernel();
  const ends: Array<string> = [];
  const child = (id: string) => {
    const life = Effect.gen(function* () {
      yield* Process.trapExit(true);
      const [, , reason] = yield* Process.receive(ExitMessage);
      ends.push(`${id} ${reason}`);
      return yield* exit(reason);
    });
    const isReady = (pid: Pid) =>
      Effect.repeat(Process.info(pid), { until: (info) => info._tag === "Some" && info.value.trapExit });
    return { id, start: Effect.tap(Process.spawnLink(life), isReady) };
  };
  await passes(Supervisor.startLink([child("first"), child("second")], { strategy: "one_for_one" }), kernel);
  assertEquals(ends, ["second shutdown", "first shutdown"]);
  assertEquals([...kernel.table.values()], [kernel.user]);
});

Deno.test("what was there before the test stays, and what that has spawned meanwhile", async () => {
  const kernel = newKernel();
  const elder = kernel.spawn({ parent: kernel.user.pid, leader: kernel.user.pid });
  const spawner = Effect.flatMap(Process.receive(), () => Process.spawn(Effect.never)).pipe(
    Effect.andThen(Effect.never),
  );
  kernel.start(elder, spawner, Context.empty());
  const isSpawned = Effect.map(Process.list(), (pids) => pids.length === 4);
  await passes(
    Effect.andThen(
      Process.send(elder.pid, "spawn"),
      Effect.repeat(isSpawned, { until: (is) => is }),
    ),
    kernel,
  );
  assertEquals(kernel.table.size, 3);
  kernel.shutDown();
});
