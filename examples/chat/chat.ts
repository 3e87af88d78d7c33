/**
 * The lesson's chat: messages go to a task on the recipient's node; Moebi, a dog, answers by himself.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Application, type Atom, defmodule, IO, type ModuleFunction, Node, Task } from "../../mod.ts";
import { environment } from "./environment.ts";

/** What a message comes back with: `:ok`, once it is printed there. */
type Delivered = Task.Result<Atom<"ok">, IO.IoError>;

/** Runs a module's function on the recipient's node, supervised there, and waits for its result. */
const spawnTask = <Args extends ReadonlyArray<unknown>, Returns>(
  recipient: string,
  work: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
) =>
  Effect.gen(function* () {
    const supervisor = yield* remoteSupervisor(recipient);
    const task = yield* Task.Supervisor.async(supervisor, work, args);
    return yield* Task.await(task);
  });

/** The task supervisor for a recipient, as the configuration has it. */
const remoteSupervisor = (recipient: string) =>
  Effect.map(Application.getEnv(environment, "remoteSupervisor"), (choose) => choose(recipient));

/** The chat's functions, known by name on every node that runs this program. */
export const Chat = defmodule("Chat", {
  /** Sends a message to a node. */
  sendMessage: (recipient: string, message: string): Delivered =>
    recipient === "moebi@localhost"
      ? Effect.flatMap(
        Node.self(),
        (from) => spawnTask(recipient, Chat.receiveMessageForMoebi, [message, from]),
      )
      : spawnTask(recipient, Chat.receiveMessage, [message]),
  /**
   * Prints a message, on the node that it was sent to.
   *
   * @example
   * ```ts
   * import { Effect } from "npm:effect@^4.1.0";
   * import { assertEquals } from "@std/assert";
   * import { atom } from "../../mod.ts";
   * import { Chat } from "./chat.ts";
   *
   * assertEquals(await Effect.runPromise(Chat.receiveMessage("hi")), atom("ok"));
   * ```
   */
  receiveMessage: (message: string) => IO.puts(message),
  /** Prints a message on Moebi's node, and answers with the one thing that he thinks of. */
  receiveMessageForMoebi: (message: string, from: string) =>
    Effect.andThen(IO.puts(message), Effect.suspend(() => Chat.sendMessage(from, "chicken?"))),
});
