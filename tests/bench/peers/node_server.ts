/**
 * The serving one of our two nodes: a task supervisor, a process that answers each message, one that counts.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { GenServer, isTuple, Node, Pid, Process, Task } from "../../../mod.ts";
import { Counter } from "./counter.ts";
import { tasks } from "./module.ts";
import { serveRounds } from "./rounds.ts";

const [name = "", mapperPort, encryption] = Deno.args;

/** Answers every message to whoever last sent its pid. */
const ponger = Effect.gen(function* () {
  let other = yield* Process.self();
  for (;;) {
    const message = yield* Process.receive();
    if (message instanceof Pid) other = message;
    yield* Process.send(other, message instanceof Pid ? yield* Process.self() : message);
  }
});

const isOrder = (message: unknown): message is readonly [Pid, number] =>
  isTuple(message) && message[0] instanceof Pid;

/** Is told by whom and how much it will be sent, and says when it has come. */
const counter = Effect.gen(function* () {
  for (;;) {
    const [from, count] = yield* Process.receive(isOrder);
    yield* Process.send(from, yield* Process.self());
    for (let left = count; left > 0; left--) yield* Process.receive();
    yield* Process.send(from, "done");
  }
});

await Effect.runPromise(Effect.gen(function* () {
  yield* Node.start(name, {
    cookie: "bench",
    epmd: { port: Number(mapperPort) },
    encryption: encryption === "always" || encryption === "never" ? encryption : "auto",
  });
  yield* Process.register(yield* Process.spawn(ponger), "ponger");
  yield* Process.register(yield* Process.spawn(counter), "counter");
  yield* GenServer.startLink(Counter, 0, { name: "Counter" });
  yield* Task.Supervisor.startLink({ name: tasks });
  yield* Effect.promise(() => serveRounds({}));
}));
