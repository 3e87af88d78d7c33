/**
 * Tests of crash reports: who, why, the last message and the restarts, each crash told once.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Data, Effect } from "../../src/deps/effect.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Supervisor from "../../src/otp/supervisor.ts";
import * as Task from "../../src/otp/task.ts";
import { CrashCounts } from "../../src/process/crash_counts.ts";
import { exit } from "../../src/process/exit.ts";
import * as Process from "../../src/process/process.ts";
import { atom } from "../../src/term/atom.ts";
import type { Pid } from "../../src/term/identifier.ts";
import { tuple } from "../../src/term/tuple.ts";
import { eventually, seamsOn, type TestNode, withNodes } from "../node/support.ts";
import { HandClock } from "./hand_clock.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly size: number }> {}

const Counter = GenServer.define("Counter", {
  init: (start: number) => start < 0 ? ["stop", "negative"] : ["ok", start],
  handleCall: {
    raise: () => {
      throw new TypeError("a bad day");
    },
    fail: () => Effect.fail(new TooBig({ size: 3 })),
    stop: (reason: unknown, _from, count) => ["stop", reason, count],
  },
  handleInfo: (message, count) =>
    message === "continue" ? ["noreply", count, ["continue", "go"]] : ["noreply", count],
});

const reports = (node: TestNode): ReadonlyArray<string> => node.logs.filter((line) => line.includes("\n"));

const onKate = (name: string, body: (kate: TestNode) => Promise<void>): void =>
  Deno.test(name, withNodes(async (net) => await body(await net.node("kate@localhost"))));

/** A server in a process of its own that starts it; the report of its crash. */
const reportOf = async (kate: TestNode, crash: Effect.Effect<unknown, unknown>): Promise<string> => {
  const before = reports(kate).length;
  await kate.run(GenServer.start(Counter, 7, { name: "Counter" }));
  await kate.run(Effect.exit(crash));
  await eventually("it is reported", () => reports(kate).length > before);
  assertEquals(reports(kate).length, before + 1);
  return reports(kate)[before] ?? "";
};

onKate(
  "a server's crash is one block: who, why with its place, the last message, the state",
  async (kate) => {
    const raised = await reportOf(kate, GenServer.call("Counter", Counter.raise()));
    assertMatch(raised, /^Error kate@localhost GenServer Counter "Counter" #PID<[\d.]+> terminating\n/);
    assertMatch(raised, /\n {2}\*\* TypeError: a bad day\n {6}at .*crash_report_test\.ts/);
    assertMatch(raised, /\n {2}Last message \(from #PID<[\d.]+>\): :raise\n {2}State: 7\n/);
    assertMatch(raised, /\n {2}Initial call: Counter\.init\/1\n {2}Ancestors: #PID<[\d.]+>$/);
    assert(!/effect\/4\./.test(raised), raised);
    const failed = await reportOf(kate, GenServer.call("Counter", Counter.fail()));
    assertMatch(failed, /\*\* TooBig: \n(.*\n)+ {2}with \{ size: 3 \}\n/);
    const stopped = await reportOf(kate, GenServer.call("Counter", Counter.stop("boom")));
    assertMatch(stopped, /\n {2}\*\* \(exit\) boom\n.*\{:stop, "boom"\}/);
    const cast = await reportOf(kate, GenServer.cast("Counter", atom("nothing")));
    assertMatch(cast, /FunctionClauseError[^]*\n {2}Last message: \{:"\$gen_cast", :nothing\}/);
    const continued = await reportOf(kate, Process.send("Counter", "continue"));
    assertMatch(continued, /\n {2}Last message: \{:continue, "go"\}/);
  },
);

onKate(
  "a server that stops as it should, and one that is ended from outside, are not reported",
  async (kate) => {
    for (const reason of ["normal", "shutdown"]) {
      await kate.run(GenServer.start(Counter, 7, { name: "Counter" }));
      await kate.run(Effect.exit(GenServer.call("Counter", Counter.stop(reason))));
    }
    const counter = await kate.run(GenServer.start(Counter, 7));
    await kate.run(Process.exit(counter, "boom"));
    await eventually("it has ended", () => kate.kernel.find(counter) === undefined);
    assertEquals(kate.logs, []);
  },
);

onKate("a start that fails is reported as such", async (kate) => {
  await kate.run(Effect.exit(GenServer.start(Counter, -1, { name: "Counter" })));
  await eventually("it is reported", () => reports(kate).length === 1);
  assertMatch(
    kate.logs.join(),
    /GenServer Counter "Counter" #PID<[\d.]+> failed to start\n {2}\*\* \(exit\) negative/,
  );
});

onKate("a plain process is reported for a failure or a defect, and not for exit(reason)", async (kate) => {
  await kate.process(exit("boom"));
  await kate.process(Effect.fail(new TooBig({ size: 1 })));
  await kate.process(Effect.die(new RangeError("too far")));
  await eventually("they are reported", () => kate.logs.length === 2);
  assertMatch(kate.logs.join("\n"), /Process #PID<[\d.]+> terminating\n {2}\*\* TooBig/);
  assertMatch(kate.logs.join("\n"), /Process #PID<[\d.]+> terminating\n {2}\*\* RangeError: too far/);
});

onKate(
  "a child's report tells how often it was restarted, and the supervisor does not repeat it",
  async (kate) => {
    const children = [GenServer.childSpec(Counter, 1, { name: "Counter" })];
    await kate.process(
      Effect.gen(function* () {
        yield* Supervisor.startLink(children, { strategy: "one_for_one", name: "Shop" });
        yield* Process.receive();
      }),
      "top",
    );
    const crashes = [Counter.raise(), Counter.fail(), Counter.stop("boom")];
    for (const [index, crash] of crashes.entries()) {
      const pid = () => kate.kernel.names.get("Counter")?.pid;
      await eventually("it is up", () => pid() !== undefined);
      const before = pid();
      await kate.run(Effect.exit(GenServer.call("Counter", crash)));
      await eventually("it is up again", () => pid() !== undefined && pid() !== before);
      const report = reports(kate)[index] ?? "";
      assertEquals(/Restarts: (\d)/.exec(report)?.[1], index === 0 ? undefined : String(index));
      assertMatch(report, /Ancestors: "Shop", "top"$/m);
    }
    assertEquals(reports(kate).length, 3);
    await kate.run(Process.exit(kate.kernel.names.get("Counter")?.pid as never, "from outside"));
    await eventually("the supervisor tells, and gives up", () => reports(kate).length === 5);
    assertMatch(
      reports(kate)[3] ?? "",
      /Child Counter of supervisor "Shop" #PID<[\d.]+> terminated\n {2}\*\* \(exit\) from outside\n {2}Process: #PID<[\d.]+>\n {2}Restart: permanent\n {2}Restarts: 3 of 3 within 5 s/,
    );
    assertMatch(reports(kate)[4] ?? "", /Supervisor "Shop" .*too many restarts, the last of Counter/);
  },
);

Deno.test(
  "of a thousand crashes alike within a second one is reported, and the others are counted when it is over",
  withNodes(async (net) => {
    const clock = new HandClock();
    const kate = await net.node("kate@localhost", { seams: seamsOn(clock) });
    const before = kate.kernel.table.size;
    await kate.run(Effect.forEach(
      Array.from({ length: 1000 }),
      () => Process.spawn(Effect.die(new RangeError("again"))),
      { discard: true },
    ));
    await eventually("all have ended", () => kate.kernel.table.size === before);
    assertEquals(kate.logs.length, 1);
    assertEquals(reports(kate).length, 1);
    clock.advance(1000);
    assertMatch(
      kate.logs[1] ?? "",
      /Again, 999 times within a second: Process terminating \*\* RangeError: again$/,
    );
    assertEquals(kate.logs.length, 2);
  }),
);

onKate(
  "a task's abnormal end is reported as a task's, and not what an exit signal does to it",
  async (kate) => {
    const end = (reason: unknown) => kate.run(Task.start(exit(reason)));
    const ended = (pid: Pid) => eventually("it has ended", () => kate.kernel.find(pid) === undefined);
    for (const reason of ["normal", "shutdown", tuple("shutdown", 1)]) await ended(await end(reason));
    const killed = await kate.run(Task.start(Effect.never));
    await kate.run(Process.exit(killed, "boom"));
    await ended(killed);
    await ended(await kate.process(exit("a process is no behaviour")));
    assertEquals(reports(kate), []);
    await ended(await end("odd"));
    await ended(await kate.run(Task.start(Effect.fail(new TooBig({ size: 3 })))));
    const [odd = "", failed = ""] = reports(kate);
    assertMatch(
      odd,
      /^Error kate@localhost Task #PID<[\d.]+> terminating\n {2}\*\* \(exit\) odd\n {2}Ancestors: /,
    );
    assertMatch(failed, /Task #PID<[\d.]+> terminating\n {2}\*\* TooBig: /);
  },
);

Deno.test("a crash counts as the same for a second, and the count is told when that is over", () => {
  const clock = new HandClock();
  const said: Array<string> = [];
  const counts = new CrashCounts(() => clock, (text) => void said.push(text));
  assertEquals([counts.isNews("a"), counts.isNews("b")], [true, true]);
  assertEquals(clock.waiting, 0);
  clock.advance(400);
  assertEquals([counts.isNews("a"), counts.isNews("a")], [false, false]);
  clock.advance(599);
  assertEquals([clock.waiting, said], [1, []]);
  clock.advance(1);
  assertEquals(said, ["Again, 2 times within a second: a"]);
  assertEquals([counts.isNews("a"), counts.isNews("b")], [true, true]);
  assertEquals(counts.isNews("b"), false);
  counts.flush();
  assertEquals(said.slice(1), ["Again, once within a second: b"]);
  // Who invents ever new crashes fills neither the log nor the table.
  const told = Array.from({ length: 5000 }, (_, number) => counts.isNews(`invented ${number}`));
  assertEquals(told.filter((isNews) => isNews).length, 1000);
  clock.advance(1000);
  assertEquals(counts.isNews("invented 4999"), true);
});

Deno.test("a count whose timer is late is told by the next crash, once", () => {
  const timers = new HandClock();
  let now = 0;
  const clock = { now: () => now, after: (time: number, run: () => void) => timers.after(time, run) };
  const said: Array<string> = [];
  const counts = new CrashCounts(() => clock, (text) => void said.push(text));
  assertEquals([counts.isNews("a"), counts.isNews("a"), counts.isNews("a")], [true, false, false]);
  now = 1000;
  assertEquals(counts.isNews("a"), true);
  assertEquals([timers.waiting, said], [0, ["Again, 2 times within a second: a"]]);
  timers.advance(1000);
  assertEquals(counts.isNews("a"), false);
});
