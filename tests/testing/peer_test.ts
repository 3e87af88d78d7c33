/**
 * Peers: nodes in OS processes of their own, for as long as a scope.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Effect, Fiber, type Scope } from "../../src/deps/effect.ts";
import { Stream } from "../../src/deps/effect_stream.ts";
import * as Node from "../../src/node/node.ts";
import { Down, NodeDown } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { Peer } from "../../src/testing/mod.ts";
import { fileOf, freePort, start as startProgram } from "../cli/support.ts";
import { eventually } from "../waiting.ts";
import { program } from "./support.ts";
import { Words } from "./programs/words.ts";

const cookie = "a cookie of the peers";
const modules = [program("words")];

/** Runs an Effect in a node of its own, with a scope that is closed before the node stops. */
const inNode = <A, E>(
  effect: Effect.Effect<A, E, Scope.Scope>,
  options: Partial<Node.StartOptions> = { epmd: { port: freePort() } },
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(effect).pipe(Effect.provide(Node.layer("sophie@localhost", { cookie, ...options }))),
  );

/** The OS process of a peer. */
const osPidOf = (peer: Peer.Peer) =>
  Effect.gen(function* () {
    yield* Node.spawn(peer.node, Words.sendOsPid, [yield* Process.self()]);
    return Number(yield* Process.receive({ after: "10 seconds" }));
  });

/** Whether an OS process is there, and no mere remains. */
const isRunning = async (pid: number): Promise<boolean> => {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
};

Deno.test("a peer runs a program as a node, and is gone with its scope", () =>
  inNode(Effect.gen(function* () {
    yield* Process.self();
    const pid = yield* Effect.scoped(Effect.gen(function* () {
      const options = { name: "moebi", program: program("peer"), env: { GIFT: "a bone" } };
      const peer = yield* Peer.start(options);
      assertEquals(peer.node, "moebi@localhost");
      assertEquals(yield* Node.list(), ["moebi@localhost"]);
      assertEquals(yield* Peer.sees(peer, /^up/), "up with a bone");
      yield* Node.monitor(peer.node);
      return yield* osPidOf(peer);
    }));
    assertEquals(yield* Effect.promise(() => isRunning(pid)), false);
    yield* Process.receive(NodeDown, { after: "10 seconds" });
    assertEquals(yield* Node.list(), []);
  })));

Deno.test("peers with modules alone have names of their own, see each other, and their functions are called", () =>
  inNode(Effect.gen(function* () {
    const [one, other] = yield* Effect.all([Peer.start({ modules }), Peer.start({ modules })], {
      concurrency: 2,
    });
    assert(one.node !== other.node);
    assertEquals([...yield* Node.list()].sort(), [one.node, other.node].sort());
    const self = yield* Process.self();
    const echo = yield* Node.spawn(one.node, Words.echo, [self]);
    // The relay on the other node sends to the echo on the first.
    const relay = yield* Node.spawn(other.node, Words.echo, [echo]);
    yield* Process.send(relay, "woof");
    assertEquals(yield* Process.receive({ after: "10 seconds" }), "woof");
  })));

Deno.test("what a peer writes is read as lines, waited for, and a stream that ends with it", () =>
  inNode(Effect.gen(function* () {
    const peer = yield* Peer.start({ modules });
    const reading = yield* Effect.forkScoped(Stream.runCollect(Peer.output(peer)));
    const first = yield* Effect.forkScoped(Stream.runCollect(Stream.take(Peer.output(peer, "stderr"), 1)));
    for (const text of ["one", "two", "three"]) yield* Node.spawn(peer.node, Words.write, [text, "stdout"]);
    yield* Node.spawn(peer.node, Words.write, ["oh", "stderr"]);
    assertEquals(yield* Peer.sees(peer, "three"), "three");
    assertEquals(yield* Peer.lines(peer), ["one", "two", "three"]);
    assertEquals(yield* Peer.sees(peer, /h/, "stderr"), "oh");
    assertEquals([...yield* Fiber.join(first)], ["oh"]);
    // It leaves before it can answer.
    yield* Effect.ignore(Node.spawn(peer.node, Words.leave, [7]));
    assertEquals([...yield* Fiber.join(reading)], ["one", "two", "three"]);
    assertEquals(yield* Peer.ending(peer), 7);
    const missed = yield* Effect.flip(Peer.sees(peer, "four"));
    assertEquals(missed._tag, "noproc");
    assertEquals((yield* Effect.flip(Peer.stop(peer)))._tag, "noproc");
  })));

Deno.test("a peer that is killed is seen to go, and a second kill does nothing", () =>
  inNode(Effect.gen(function* () {
    const peer = yield* Peer.start({ modules });
    yield* Node.spawnMonitor(peer.node, Words.echo, [yield* Process.self()]);
    assertEquals(yield* Peer.kill(peer), true);
    assertEquals(yield* Peer.ending(peer), 137);
    const [, , , , reason] = yield* Process.receive(Down, { after: "10 seconds" });
    assertEquals(reason, "noconnection");
    assertEquals(yield* Peer.kill(peer), true);
  })));

Deno.test({
  name: "a peer that is stopped says nothing until it goes on",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inNode(Effect.gen(function* () {
      const peer = yield* Peer.start({ modules });
      const self = yield* Process.self();
      const echo = yield* Node.spawn(peer.node, Words.echo, [self]);
      yield* Process.send(echo, "before");
      assertEquals(yield* Process.receive({ after: "10 seconds" }), "before");
      const pid = yield* osPidOf(peer);
      yield* Peer.stop(peer);
      const { stdout } = yield* Effect.promise(() =>
        new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output()
      );
      assertMatch(new TextDecoder().decode(stdout), /^T/);
      yield* Process.send(echo, "after");
      yield* Peer.continue(peer);
      assertEquals(yield* Process.receive({ after: "10 seconds" }), "after");
    })),
});

Deno.test({
  name: "a peer that is stopped is gone with its scope all the same",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inNode(Effect.gen(function* () {
      const pid = yield* Effect.scoped(Effect.gen(function* () {
        const peer = yield* Peer.start({ modules });
        const found = yield* osPidOf(peer);
        yield* Peer.stop(peer);
        return found;
      }));
      assertEquals(yield* Effect.promise(() => isRunning(pid)), false);
    })),
});

Deno.test({
  name: "peers die with the program that started them, though stopped, or too busy to notice",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const env = { ERL_EPMD_PORT: String(freePort()) };
    await using deserter = startProgram(fileOf("tests/testing/programs/deserted.ts"), [], { env });
    await deserter.sees("ready");
    deserter.signal("SIGKILL");
    const { out } = await deserter.end();
    const pids = out.filter((line) => /^\d+$/.test(line)).map(Number);
    assertEquals(pids.length, 2);
    for (const pid of pids) {
      await eventually(`the peer ${pid} has ended`, async () => !await isRunning(pid), patience);
    }
  },
});

/** A busy machine may take so many milliseconds to end a process. */
const patience = 30_000;

/** How starting a peer fails. */
const failureOf = (options: Peer.PeerOptions): Promise<Peer.PeerError> =>
  inNode(Effect.flip(Peer.start(options)));

Deno.test("a program that ends at once is a failure with its words and its code", async () => {
  const failure = await failureOf({ name: "moebi@localhost", program: program("broken") });
  assert(failure instanceof Peer.BootFailed);
  assertEquals([failure.node, failure.code, failure.stderr], [
    "moebi@localhost",
    3,
    "cannot find my glasses",
  ]);
  assertEquals(
    String(failure),
    'boot_failed: Peer.start("moebi@localhost"): moebi@localhost ended with code 3 before it was connected, ' +
      "and said:\ncannot find my glasses",
  );
});

Deno.test("a program that is not there is a failure with Deno's words", async () => {
  const failure = await failureOf({ program: program("nowhere") });
  assert(failure instanceof Peer.BootFailed);
  assertMatch(failure.stderr, /Module not found "file:.*nowhere\.ts"/);
});

Deno.test("options that cannot be are refused before anything starts", async () => {
  const problemOf = async (options: Peer.PeerOptions): Promise<string> => {
    const failure = await failureOf(options);
    return failure._tag === "badarg" ? failure.problem : String(failure);
  };
  assertMatch(await problemOf({ name: "a b@localhost" }), /^before the @ stand letters, digits/);
  assertMatch(await problemOf({ program: program("peer"), modules }), /give either program or modules$/);
  assertEquals(await problemOf({ timeout: -1 }), 'timeout is a time above 0, as "30 seconds"');
});

Deno.test("a peer with another cookie is refused at once", async () => {
  const failure = await failureOf({ modules, cookie: "another" });
  assert(failure instanceof NoConnection);
  assertEquals(failure.because, "cookie");
});

Deno.test("a peer that is not connected in time is a failure, and is ended", async () => {
  const failure = await failureOf({ modules, timeout: 1 });
  assertEquals(failure._tag, "timeout");
});

Deno.test("a program that is no node has no peers", async () => {
  const failure = await Effect.runPromise(
    Effect.flip(Effect.scoped(Peer.start({ name: "moebi@localhost" }))),
  );
  assertEquals(
    String(failure),
    'noconnection: Peer.start("moebi@localhost"): no connection to moebi@localhost (this program is no node: ' +
      "Node.start comes first)",
  );
});

Deno.test("without the permission to start programs the flag is named", async () => {
  const flags = ["--allow-net", "--allow-env", "--no-prompt"];
  const env = { ERL_EPMD_PORT: String(freePort()) };
  await using child = startProgram(program("forbidden"), [], { flags, env });
  const { out } = await child.end();
  assertEquals(out, [
    `eacces: Peer.start("moebi"): this program may not: run it with --allow-run=${Deno.execPath()}`,
  ]);
});

Deno.test("with a port mapper of its own, and where this node has none, a peer is found as well", async () => {
  const answers = Effect.gen(function* () {
    const peer = yield* Peer.start({ modules, flags: ["--allow-net"], mapperPort: freePort() });
    const self = yield* Process.self();
    yield* Process.send(yield* Node.spawn(peer.node, Words.echo, [self]), "woof");
    return yield* Process.receive({ after: "10 seconds" });
  });
  assertEquals(await inNode(answers), "woof");
  const found = Effect.flatMap(Peer.start({ modules }), () => Node.list());
  assertEquals((await inNode(found, { epmd: false })).length, 1);
});
