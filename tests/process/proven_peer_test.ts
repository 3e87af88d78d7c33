/**
 * What another node can do to this one's tables by signals alone: it speaks for its own processes and no others,
 * and what it asks for is forgotten with it, bounded, or never kept.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import { makeAlias } from "../../src/process/aliases.ts";
import { bounce, deliver, nodeDown, noOutbound } from "../../src/process/deliver.ts";
import type { Entry } from "../../src/process/entry.ts";
import { Excess } from "../../src/process/excess.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { link } from "../../src/process/links.ts";
import { defmodule } from "../../src/process/modules.ts";
import { monitor } from "../../src/process/monitors.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { type Answer, isPending, type Pending, request } from "../../src/process/requests.ts";
import { Op, type Signal, SpawnFlag } from "../../src/process/signal.ts";
import { atom } from "../../src/term/atom.ts";
import { nodeLife, type Pid } from "../../src/term/identifier.ts";
import { tuple } from "../../src/term/tuple.ts";
import { ties } from "../node/support.ts";
import { turn } from "../waiting.ts";

const mallory = nodeLife("mallory@proven", 1);
const kate = nodeLife("kate@proven", 1);

interface World {
  readonly kernel: Kernel;
  /** What was sent, and to which node. */
  readonly sent: ReadonlyArray<readonly [node: string, signal: Signal]>;
  /** A process that ends when it is told to. */
  readonly process: () => Entry;
  /** A signal of mallory's. */
  readonly says: (signal: Signal) => void;
}

const world = (): World => {
  const kernel = new Kernel({ seams: systemSeams });
  kernel.output = () => {};
  const sent: Array<readonly [string, Signal]> = [];
  kernel.outbound = {
    ...noOutbound(kernel),
    send: (node, _life, signal) => void sent.push([node, signal]),
    isConnected: (node) => node === mallory.name || node === kate.name,
  };
  const process = (): Entry => kernel.spawn({ parent: undefined, leader: kernel.user.pid });
  return { kernel, sent, process, says: (signal) => deliver(kernel, signal, mallory) };
};

/** All that ties the kernel to other nodes, or its processes to their monitors and requests. */
const isFree = (kernel: Kernel): void => {
  for (const [name, size] of Object.entries(ties(kernel))) assertEquals(size, 0, name);
  for (const { links, watchers, held } of kernel.table.values()) {
    assertEquals([links?.size ?? 0, watchers?.size ?? 0, held?.size ?? 0], [0, 0, 0]);
  }
};

Deno.test("a peer ends no link, monitor, request or spawn between this node and another", () => {
  const { kernel, says, process } = world();
  const ours = process();
  ours.trapExit = true;
  const theirs = kate.pid(105);
  link(kernel, ours, theirs);
  const watch = monitor(kernel, { watched: theirs, owner: ours });
  const answers: Array<Answer> = [];
  const asked = request(kernel, {
    to: theirs,
    message: "?",
    owner: ours,
    linked: true,
    onAnswer: (answer) => void answers.push(answer),
  });
  const before = ties(kernel);
  const [own, other, unlinkId] = [ours.pid.number, theirs.number, 1];
  for (const reason of ["kill", "normal", "a lie"]) {
    says([Op.exit, other, own, reason]);
    says([Op.down, watch.reference.number, reason]);
    says([Op.requestDown, asked.reference.number, reason]);
    says([Op.requestRefused, asked.reference.number, reason]);
    says([Op.requestExit, asked.reference.number, reason]);
  }
  says([Op.unlink, unlinkId, other, own]);
  says([Op.unlinkAck, unlinkId, other, own]);
  says([Op.requestHeldBy, asked.reference.number, 1]);
  says([Op.requestCancel, asked.reference.number]);
  says([Op.requestDisown, asked.reference.number]);
  says([Op.spawnReply, asked.reference.number, 1]);
  says([Op.demonitor, other, own, watch.reference.number]);
  assertEquals(ties(kernel), before);
  assertEquals(ours.messageCount, 0);
  assertEquals(ours.state, "running");
  assertEquals(answers, []);
  // Nor does its own end.
  nodeDown(kernel, mallory.name, mallory);
  assertEquals(ties(kernel), before);
  nodeDown(kernel, kate.name, kate);
  assertEquals(answers, [{ tag: "noconnection" }]);
  assertEquals(ours.messageCount, 2);
  isFree(kernel);
});

Deno.test("a call within this node is answered by nobody on another that was not told of it", () => {
  const { kernel, says, process } = world();
  const [caller, server] = [process(), process()];
  const answers: Array<Answer> = [];
  const call = (): number =>
    request(kernel, {
      to: server.pid,
      message: "?",
      owner: caller,
      linked: false,
      onAnswer: (answer) => void answers.push(answer),
    }).reference.number;
  const secret = call();
  says([Op.reply, secret, "a lie"]);
  assertEquals(answers, []);
  // GenServer.reply may be called anywhere: the server has sent `from` away.
  const told = call();
  const [, from] = server.mailbox.shift() as ReadonlyArray<unknown>;
  const [, second] = (server.mailbox.shift() as ReadonlyArray<ReadonlyArray<never>>)[1] ?? [];
  assert(from !== undefined && second !== undefined);
  kernel.life.publish(second);
  says([Op.reply, told, "an answer"]);
  assertEquals(answers, [{ tag: "reply", value: "an answer" }]);
  assertEquals(kernel.pending.size, 1);
});

Deno.test("who is told of one reference can guess no other: it answers no call of another node, and no alias", () => {
  const { kernel, sent, says, process } = world();
  const caller = process();
  const answers: Array<Answer> = [];
  const ask = (to: Pid): Pending =>
    request(kernel, {
      to,
      message: "?",
      owner: caller,
      linked: false,
      onAnswer: (answer) => void answers.push(answer),
    });
  const before = ask(kate.pid(1));
  makeAlias(kernel, caller, kernel.makeReference(), "reply");
  ask(mallory.pid(1));
  makeAlias(kernel, caller, kernel.makeReference(), "reply");
  const after = ask(kate.pid(1));
  const told = sent.flatMap(([node, signal]) => node === mallory.name ? [signal[1] as number] : [])[0] ?? 0;
  for (let guess = Math.max(0, told - 1000); guess < told + 1000; guess++) {
    if (guess !== told) says([Op.reply, guess, "a lie"]);
    says([Op.sendAlias, guess, "a lie"]);
  }
  assertEquals(answers, []);
  assertEquals(caller.messageCount, 0);
  assertEquals([before, after].map((made) => isPending(kernel, made)), [true, true]);
  // Who was asked answers, and so may whoever was told of it: GenServer.reply on yet another node.
  deliver(kernel, [Op.reply, before.reference.number, "first"], kate);
  says([Op.reply, after.reference.number, "second"]);
  assertEquals(answers, [{ tag: "reply", value: "first" }, { tag: "reply", value: "second" }]);
});

Deno.test("what is asked of processes that are not there is answered, and nothing of it is kept", () => {
  const { kernel, sent, says } = world();
  for (let number = 1; number <= 1000; number++) {
    const nobody = 1_000_000 + number;
    says([Op.link, number, nobody]);
    says([Op.monitor, number, nobody, number]);
    says([Op.monitor, number, `nobody ${number}`, number]);
    says([Op.request, number, number, nobody, true, "hello"]);
    says([Op.request, number, number, `nobody ${number}`, false, "hello"]);
    says([Op.send, nobody, "hello"]);
    says([Op.sendName, `nobody ${number}`, "hello"]);
    says([Op.sendAlias, nobody, "hello"]);
    says([Op.exit, number, nobody, "kill"]);
    says([Op.exitSignal, number, nobody, "kill"]);
    says([Op.unlink, number, number, nobody]);
    says([Op.groupLeader, nobody, mallory.pid(1)]);
  }
  isFree(kernel);
  assertEquals(kernel.table.size, 1);
  assertEquals(kernel.names.size, 1);
  assertEquals(sent.length, 6000);
});

Deno.test("a reference that a peer uses again is one monitor and one request, and goes with the peer", () => {
  const { kernel, sent, says, process } = world();
  const [first, second] = [process(), process()];
  for (let times = 0; times < 100; times++) {
    for (const { pid } of [first, second]) {
      says([Op.monitor, 1, pid.number, 5]);
      says([Op.request, 6, 1, pid.number, true, "hello"]);
      says([Op.link, 7, pid.number]);
    }
  }
  assertEquals([first.watchers?.size, second.watchers?.size], [0, 1]);
  assertEquals([first.held?.size, second.held?.size], [0, 1]);
  assertEquals([first.links?.size, second.links?.size], [1, 1]);
  assertEquals(kernel.remote(mallory.name).asked, 4);
  kernel.finish(second, "over");
  assertEquals(sent.map(([, [op]]) => op), [Op.requestDown, Op.exit, Op.down]);
  nodeDown(kernel, mallory.name, mallory);
  isFree(kernel);
});

for (
  const [what, signal] of [
    ["links", (number: number, to: number): Signal => [Op.link, number, to]],
    ["monitors", (number: number, to: number): Signal => [Op.monitor, 1, to, number]],
    ["requests", (number: number, to: number): Signal => [Op.request, number, 1, to, false, "hello"]],
    ["requests of a service that answers none", (number: number): Signal => [
      Op.request,
      number,
      1,
      "user",
      false,
      "hello",
    ]],
  ] as const
) {
  Deno.test(`a peer's ${what} have a bound, and those of others count for themselves`, () => {
    const { kernel, says, process } = world();
    const { pid } = process();
    kernel.maxTies = 500;
    for (let number = 1; number <= 500; number++) says(signal(number, pid.number));
    assertThrows(() => says(signal(501, pid.number)), Excess, "more than 500 links, monitors and requests");
    deliver(kernel, signal(501, pid.number), kate);
    nodeDown(kernel, mallory.name, mallory);
    nodeDown(kernel, kate.name, kate);
    isFree(kernel);
  });
}

Deno.test("what comes for who is to carry a request out has a bound while nobody does", () => {
  const { kernel, says, process } = world();
  const { pid } = process();
  says([Op.request, 1, 1, pid.number, false, "hello"]);
  assertThrows(
    () => {
      for (let times = 0; times < 100_000; times++) says([Op.requestHolder, 1]);
    },
    Excess,
    "signals for one request",
  );
  nodeDown(kernel, mallory.name, mallory);
  isFree(kernel);
});

Deno.test("a peer ends no service of the kernel's", () => {
  const { kernel, says } = world();
  const { number } = kernel.user.pid;
  for (const reason of ["kill", "shutdown", "normal"]) {
    says([Op.exitSignal, 1, number, reason]);
    says([Op.link, 1, number]);
    says([Op.exit, 1, number, reason]);
    says([Op.request, 1, 1, number, true, "hello"]);
    says([Op.requestExit, 1, reason]);
  }
  nodeDown(kernel, mallory.name, mallory);
  assertEquals(kernel.names.get("user")?.state, "running");
});

const Exported = defmodule("ProvenPeerExported", { work: () => Effect.never });

Deno.test("a peer calls nothing but functions of modules that are defined", async () => {
  const { kernel, says } = world();
  assert(Exported.work !== undefined);
  const names = [
    ["ProvenPeerExported", "value"],
    ["ProvenPeerExported", "constructor"],
    ["ProvenPeerExported", "toString"],
    ["ProvenPeerExported", "__proto__"],
    ["ProvenPeerExported", "hasOwnProperty"],
    ["Object", "keys"],
    ["globalThis", "eval"],
    ["Deno", "exit"],
    ["__proto__", "toString"],
    ["constructor", "constructor"],
    ["", ""],
  ] as const;
  const ends: Array<unknown> = [];
  for (const [module, name] of names) {
    says([Op.spawnRequest, 1, 1, mallory.pid(1), module, name, ["Deno.exit(1)"], 0]);
    const entry = kernel.table.get(Math.max(...kernel.table.keys()));
    entry!.failureIsTold = true;
    monitor(kernel, { watched: entry!.pid, onDown: (reason) => void ends.push(reason) });
  }
  await turn();
  kernel.queue.flush();
  assertEquals(ends.map((end) => (end as { readonly _tag: string })._tag), names.map(() => "undef"));
  assertEquals(kernel.table.size, 1);
});

Deno.test("a peer's spawns have a bound: what is too much ends with system_limit, and ties nobody", () => {
  const { kernel, sent, says } = world();
  kernel.maxProcesses = 50;
  for (let number = 1; number <= 200; number++) {
    const leader = mallory.pid(1);
    const flags = SpawnFlag.link | SpawnFlag.monitor;
    says([Op.spawnRequest, number, number, leader, "ProvenPeerExported", "work", [], flags]);
    kernel.queue.flush();
  }
  assertEquals(kernel.table.size, 50);
  const downs = sent.flatMap(([, signal]) => signal[0] === Op.down ? [signal[2]] : []);
  assertEquals(downs.length, 200 - 49);
  assert(downs.every((reason) => reason === "system_limit"), Deno.inspect(downs[0]));
  kernel.shutDown();
});

Deno.test("the group leader answers who is connected, and dials nobody whom a message names", () => {
  const { kernel, sent, says } = world();
  const written: Array<string> = [];
  kernel.output = (text) => void written.push(text);
  const put = tuple(atom("put_chars"), atom("unicode"), "hi");
  for (let number = 0; number < 100; number++) {
    const stranger = nodeLife(`stranger${number}@proven`, number).pid(1);
    says([Op.sendName, "user", tuple(atom("io_request"), stranger, 1, put)]);
  }
  assertEquals(sent, []);
  says([Op.sendName, "user", tuple(atom("io_request"), mallory.pid(1), 1, put)]);
  assertEquals(sent.length, 1);
  assertEquals(kernel.remotes.size, 0);
  assertEquals(written.length, 101);
});

Deno.test("signals that come back undelivered answer only what was asked of that life", () => {
  const { kernel, process } = world();
  const ours = process();
  ours.trapExit = true;
  link(kernel, ours, kate.pid(105));
  bounce(kernel, [Op.link, ours.pid.number, 105], mallory, "noproc");
  assertEquals([ours.links?.size, ours.messageCount], [1, 0]);
});
