/**
 * The lesson's program, as a user would write it: that the compiler accepts it is the test.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import {
  type Atom,
  atom,
  defmodule,
  IO,
  type ModuleFunction,
  Node,
  Pid,
  Process,
  Supervisor,
  Task,
  tuple,
} from "../../mod.ts";

const isGreeting = (message: unknown): message is readonly [Atom<"hi">, Pid] =>
  Array.isArray(message) && message.length === 2 && message[0] === atom("hi") && message[1] instanceof Pid;

/** Kate, who says her name, and answers who greets her. */
export const Kate = defmodule("Kate", {
  sayName: () => IO.puts("Hi, my name is Kate"),
  answer: () =>
    Effect.gen(function* () {
      const [, alex] = yield* Process.receive(isGreeting);
      yield* Process.send(alex, atom("sup?"));
    }),
});

const remoteSupervisor = (recipient: string) => ["Chat.TaskSupervisor", recipient] as const;

/** Runs any module's function on another node, and awaits its result. */
export const spawnTask = <Args extends ReadonlyArray<unknown>, Returns>(
  body: ModuleFunction<Args, Returns>,
  recipient: string,
  args: Readonly<NoInfer<Args>>,
) => Task.Supervisor.async(remoteSupervisor(recipient), body, args).pipe(Effect.flatMap(Task.await));

/** The chat: Moebi, a dog, answers each message with `chicken?`. */
export const Chat = defmodule("Chat", {
  receiveMessage: (message: string) => IO.puts(message),
  receiveMessageForMoebi: (message: string, from: string) =>
    Effect.gen(function* () {
      yield* IO.puts(message);
      return yield* Chat.sendMessage(from, "chicken?");
    }),
  // Two functions that call each other: one of them says what it gives.
  sendMessage: (recipient: string, message: string): Task.Result<Atom<"ok">, IO.IoError> =>
    Effect.gen(function* () {
      if (recipient !== "moebi@localhost") return yield* spawnTask(Chat.receiveMessage, recipient, [message]);
      return yield* spawnTask(Chat.receiveMessageForMoebi, recipient, [message, yield* Node.self()]);
    }),
});

/** All steps of the lesson. */
export const program = Effect.gen(function* () {
  yield* Node.start("alex@localhost", { cookie: "secret_token", epmd: { port: 4369 } });
  const supervisor: Pid = yield* Supervisor.startLink(
    [Task.Supervisor.childSpec({ name: "Chat.TaskSupervisor" })],
    { strategy: "one_for_one", name: "Chat.Supervisor" },
  );
  const pid: Pid = yield* Node.spawnLink("kate@localhost", Kate.sayName, []);

  const answering = yield* Node.spawnLink("kate@localhost", Kate.answer, []);
  const sent = yield* Process.send(answering, tuple(atom("hi"), yield* Process.self()));
  const flushed: Atom<"ok"> = yield* Process.flush();

  const kate = ["Chat.TaskSupervisor", "kate@localhost"] as const;
  const task = yield* Task.Supervisor.async(kate, Chat.receiveMessage, ["hi"]);
  const result: Atom<"ok"> = yield* Task.await(task, "5 seconds");
  const same: Atom<"ok"> = yield* Task.Supervisor.async(kate, Chat.receiveMessage, ["hi"]).pipe(
    Effect.flatMap(Task.await),
  );
  const told: Atom<"ok"> = yield* Chat.sendMessage("moebi@localhost", "hi").pipe(
    Effect.catchTag("noconnection", (error) => IO.puts(`no connection to ${error.node}`)),
  );
  return { supervisor, pid, sent, flushed, result, same, told };
});

/** Nothing is missing that `runPromise` would need. */
export const run = (): Promise<unknown> => Effect.runPromise(program);
