/**
 * Processes of one kernel: mailboxes, links, monitors, names, timers, on both kinds of fibers.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  atom,
  BadArg,
  Down,
  exit,
  ExitMessage,
  isTuple,
  NoProc,
  Pid,
  Process,
  type Term,
  Timeout,
  tuple,
} from "../../mod.ts";
import { Cause, Deferred, Effect, Exit, Fiber, Option, Schema } from "../deps.ts";
import { onBothFibers, runProcess } from "./support.ts";

const isNumber = (message: Term): message is number => typeof message === "number";

onBothFibers("messages arrive in the order sent", () =>
  Effect.gen(function* () {
    const me = yield* Process.self();
    for (let count = 0; count < 100; count++) yield* Process.send(me, count);
    for (let count = 0; count < 100; count++) assertEquals(yield* Process.receive(), count);
  }));

onBothFibers(
  "a selective receive takes the first match and leaves the others, in their order",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      for (const message of ["a", 1, "b", 2]) yield* Process.send(me, message);
      assertEquals(yield* Process.receive(isNumber), 1);
      assertEquals(yield* Process.receive(Schema.Literal("b")), "b");
      assertEquals(yield* Process.receive((m) => m === 2 ? Option.some("two") : Option.none()), "two");
      assertEquals(yield* Process.receive(), "a");
    }),
);

onBothFibers(
  "a receive that waits is woken by the message that matches, not by others",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      yield* Process.spawn(Effect.gen(function* () {
        yield* Process.send(me, "noise");
        yield* Effect.yieldNow;
        yield* Process.send(me, 7);
      }));
      assertEquals(yield* Process.receive(isNumber), 7);
      assertEquals(yield* Process.receive(), "noise");
    }),
);

onBothFibers(
  "a receive with a time-out fails typed, and what comes later stays in the mailbox",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      const late = yield* Effect.flip(Process.receive({ after: 5 }));
      assert(late instanceof Timeout);
      assertEquals(late.milliseconds, 5);
      yield* Process.send(me, "late");
      assertEquals(yield* Process.receive({ after: 0 }), "late");
      assert((yield* Effect.flip(Process.receive({ after: 0 }))) instanceof Timeout);
    }),
);

onBothFibers(
  "a fiber forked by a process is part of it: the same self, the same mailbox",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      const child = yield* Effect.forkChild(Effect.all([Process.self(), Process.receive()]));
      yield* Effect.yieldNow;
      yield* Process.send(me, "for the child");
      assertEquals(yield* Fiber.join(child), [me, "for the child"]);
      const selves = yield* Effect.all([Process.self(), Process.self()], { concurrency: "unbounded" });
      assertEquals(selves, [me, me]);
    }),
);

onBothFibers("two fibers of one process wait for different messages at once", () =>
  Effect.gen(function* () {
    const me = yield* Process.self();
    const numbers = yield* Effect.forkChild(Process.receive(isNumber));
    yield* Effect.yieldNow;
    yield* Process.spawn(Effect.all([Process.send(me, "text"), Process.send(me, 5)]));
    assertEquals(yield* Process.receive((m: Term): m is string => typeof m === "string"), "text");
    assertEquals(yield* Fiber.join(numbers), 5);
  }));

onBothFibers(
  "the end of a process reaches its links and monitors, once, with its reason",
  () =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      const child = yield* Process.spawnLink(exit("boom"));
      assertEquals(yield* Process.receive(ExitMessage), tuple(atom("EXIT"), child, "boom"));
      const [other, reference] = yield* Process.spawnMonitor(Effect.void);
      assertEquals(
        yield* Process.receive(Down),
        tuple(atom("DOWN"), reference, atom("process"), other, "normal"),
      );
      assert((yield* Effect.flip(Process.receive({ after: 0 }))) instanceof Timeout);
    }),
);

onBothFibers(
  "a typed failure is the exit reason itself, a defect says what was thrown and where",
  () =>
    Effect.gen(function* () {
      const failure = new BadArg({ operation: "a test", problem: "none" });
      yield* Process.spawnMonitor(Effect.fail(failure));
      assertEquals((yield* Process.receive(Down))[4], failure);
      yield* Process.spawnMonitor(Effect.die(new TypeError("bad day")));
      const reason = (yield* Process.receive(Down))[4];
      assert(typeof reason === "object" && reason !== null && "error" in reason && "stack" in reason);
      assertEquals(reason.error, { name: "TypeError", message: "bad day" });
    }),
);

onBothFibers("an exit signal runs the finalizers before the process is gone", () =>
  Effect.gen(function* () {
    const me = yield* Process.self();
    const [pid] = yield* Process.spawnMonitor(
      Effect.ensuring(
        Effect.never,
        Effect.andThen(Effect.yieldNow, Effect.ignore(Process.send(me, "finalized"))),
      ),
    );
    yield* Effect.yieldNow;
    yield* Process.exit(pid, "stop");
    assertEquals(yield* Process.receive(), "finalized");
    assertEquals((yield* Process.receive(Down))[4], "stop");
  }));

onBothFibers(
  "kill ends the process at once, and its finalizers run on without a pid",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      const isSeen = yield* Deferred.make<void>();
      const slowly = Effect.andThen(Deferred.await(isSeen), Process.send(me, "finalized"));
      const [pid] = yield* Process.spawnMonitor(
        Effect.ensuring(Effect.andThen(Process.trapExit(true), Effect.never), Effect.ignore(slowly)),
      );
      yield* Effect.yieldNow;
      yield* Process.exit(pid, "kill");
      assertEquals((yield* Process.receive(Down))[4], "killed");
      assertEquals(yield* Process.isAlive(pid), false);
      yield* Deferred.succeed(isSeen, undefined);
      assertEquals(yield* Process.receive(), "finalized");
    }),
);

onBothFibers("an exit signal to oneself takes effect before the next step", () =>
  Effect.gen(function* () {
    const me = yield* Process.self();
    yield* Process.spawnMonitor(Effect.gen(function* () {
      yield* Process.exit(yield* Process.self(), "enough");
      yield* Process.send(me, "too far");
    }));
    assertEquals((yield* Process.receive(Down))[4], "enough");
    assert((yield* Effect.flip(Process.receive({ after: 0 }))) instanceof Timeout);
  }));

onBothFibers(
  "a message, an interrupt and a time-out between wake and run lose nothing",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      const waiting = yield* Effect.forkChild(Process.receive());
      yield* Effect.yieldNow;
      // The message wakes the waiting fiber; before the queue comes to it, it is interrupted.
      yield* Process.send(me, "kept");
      yield* Fiber.interrupt(waiting);
      const ended = yield* Fiber.await(waiting);
      const got = Exit.isSuccess(ended) ? ended.value : yield* Process.receive({ after: 1000 });
      assertEquals(got, "kept");
    }),
);

onBothFibers(
  "10,000 linked processes die of one another without nesting",
  (kernel) =>
    Effect.gen(function* () {
      const chain = (left: number): Effect.Effect<never> =>
        left === 0
          ? Effect.never
          : Effect.andThen(Process.spawnLink(Effect.suspend(() => chain(left - 1))), Effect.never);
      const before = kernel.table.size;
      const [first] = yield* Process.spawnMonitor(chain(10_000));
      while (kernel.table.size < before + 10_001) yield* Effect.yieldNow;
      yield* Process.exit(first, "boom");
      assertEquals((yield* Process.receive(Down))[4], "boom");
      while (kernel.table.size > before) yield* Effect.yieldNow;
    }),
);

onBothFibers(
  "a dead process: link fails typed, a trapping one gets noproc, a monitor fires at once",
  () =>
    Effect.gen(function* () {
      const [dead] = yield* Process.spawnMonitor(Effect.void);
      yield* Process.receive();
      assert((yield* Effect.flip(Process.link(dead))) instanceof NoProc);
      yield* Process.trapExit(true);
      yield* Process.link(dead);
      assertEquals((yield* Process.receive(ExitMessage))[2], "noproc");
      yield* Process.monitor(dead);
      assertEquals((yield* Process.receive(Down))[4], "noproc");
    }),
);

onBothFibers("a name is one process's until it ends", () =>
  Effect.gen(function* () {
    const pid = yield* Process.spawn(Process.receive());
    yield* Process.register(pid, "shop");
    assertEquals(yield* Process.whereis("shop"), Option.some(pid));
    assert((yield* Effect.flip(Process.register(pid, "store"))) instanceof BadArg);
    const reference = yield* Process.monitor("shop");
    yield* Process.send("shop", "close");
    assertEquals((yield* Process.receive(Down))[1], reference);
    assertEquals(yield* Process.whereis("shop"), Option.none());
    assert((yield* Effect.flip(Process.send("shop", "anyone?"))) instanceof BadArg);
  }));

onBothFibers(
  "a process that traps exits inherits nothing but services and group leader",
  () =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      const leader = yield* Process.spawn(Effect.never);
      yield* Process.setGroupLeader(yield* Process.self(), leader);
      const [child] = yield* Process.spawnMonitor(Effect.never);
      const info = Option.getOrThrow(yield* Process.info(child));
      assertEquals([info.trapExit, info.groupLeader], [false, leader]);
    }),
);

onBothFibers("timers: cancelled, read, fired in the order of their times", () =>
  Effect.gen(function* () {
    const me = yield* Process.self();
    yield* Process.sendAfter(me, "second", 12);
    yield* Process.sendAfter(me, "first", 2);
    const never = yield* Process.sendAfter(me, "never", "1 hour");
    assert(Option.getOrThrow(yield* Process.readTimer(never)) > 3_000_000);
    assert(Option.isSome(yield* Process.cancelTimer(never)));
    assertEquals(yield* Process.cancelTimer(never), Option.none());
    assertEquals([yield* Process.receive(), yield* Process.receive()], ["first", "second"]);
    assert((yield* Effect.flip(Process.sendAfter(me, "past", -1))) instanceof BadArg);
  }));

Deno.test("the program's own fiber is one process, and is gone with it", async () => {
  const pid = await Effect.runPromise(Effect.gen(function* () {
    const me = yield* Process.self();
    assertEquals(yield* Process.self(), me);
    yield* Process.send(me, 1);
    assertEquals(yield* Process.receive(), 1);
    return me;
  }));
  assert(pid instanceof Pid);
  assertEquals(await Effect.runPromise(Process.isAlive(pid)), false);
});

Deno.test("a process that is interrupted from outside ends with shutdown", async () => {
  await runProcess(() =>
    Effect.gen(function* () {
      const watched: { pid: Pid | undefined } = { pid: undefined };
      const outside = Effect.runFork(Effect.gen(function* () {
        watched.pid = yield* Process.self();
        yield* Effect.never;
      }));
      assert(watched.pid !== undefined);
      const ended = yield* Effect.promise(() =>
        Effect.runPromise(Fiber.interrupt(outside).pipe(Effect.andThen(Fiber.await(outside))))
      );
      assert(Exit.isFailure(ended) && ended.cause.reasons.some(Cause.isInterruptReason));
    })
  );
});

onBothFibers("a mailbox over its limit ends the process", (kernel) =>
  Effect.gen(function* () {
    kernel.maxMailbox = 10;
    const [pid] = yield* Process.spawnMonitor(Effect.never);
    for (let count = 0; count <= 10; count++) yield* Process.send(pid, count);
    const down = yield* Process.receive(Down);
    assertEquals(down[4], "max_mailbox");
    assert(isTuple(down));
  }));
