/**
 * The chat: who sees which message.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect, Exit, Layer } from "npm:effect@^4.1.0";
import application from "../../examples/chat/application.ts";
import { Chat } from "../../examples/chat/chat.ts";
import { Application, atom, NoConnection, Node, Process } from "../../mod.ts";
import { freePort, startNode } from "../cli/support.ts";

/** Runs `body` in a node of this test's process, with the chat started as in development. */
const within = <A>(
  name: string,
  port: number,
  body: Effect.Effect<A, unknown>,
  env: "dev" | "test" = "dev",
): Promise<A> => {
  const node = Node.layer(name, { cookie: "secret_token", epmd: { port } });
  const chat = Layer.provideMerge(Application.layer(application, { env }), node);
  return Effect.runPromise(Effect.provide(body, chat));
};

Deno.test("a message to a node that is not there fails typed", async () => {
  const exit = await within(
    "sophie@localhost",
    freePort(),
    Effect.exit(Chat.sendMessage("moebi@localhost", "hi")),
  );
  assert(Exit.isFailure(exit));
  const [reason] = exit.cause.reasons;
  assert(reason?._tag === "Fail" && reason.error instanceof NoConnection);
  assertEquals(reason.error.node, "moebi@localhost");
});

Deno.test("a message is printed at its recipient alone, and comes back as :ok", async () => {
  const port = freePort();
  await using alex = await startNode("alex@localhost", port);
  await using kate = await startNode("kate@localhost", port);
  const sent = await within("sophie@localhost", port, Chat.sendMessage("kate@localhost", "hi"));
  assertEquals(sent, atom("ok"));
  await kate.endInput();
  assertEquals((await kate.end()).out, ['"kate@localhost"', "hi"]);
  await alex.endInput();
  assertEquals((await alex.end()).out, ['"alex@localhost"']);
});

Deno.test("Moebi prints what he is told, and says chicken? to its sender, on the sender's terminal", async () => {
  const port = freePort();
  await using alex = await startNode("alex@localhost", port);
  await using moebi = await startNode("moebi@localhost", port);
  await alex.type('Chat.sendMessage("moebi@localhost", "hi")');
  await alex.sees(":ok");
  await moebi.endInput();
  assertEquals((await moebi.end()).out, ['"moebi@localhost"', "hi"]);
  await alex.endInput();
  assertEquals((await alex.end()).out, ['"alex@localhost"', "chicken?", ":ok"]);
});

Deno.test("the application has a supervisor with a task supervisor below it, under their names", async () => {
  const [supervisor, tasks] = await within(
    "sophie@localhost",
    freePort(),
    Effect.all([Process.whereis("Chat.Supervisor"), Process.whereis("Chat.TaskSupervisor")]),
  );
  assert(supervisor !== null && tasks !== null && supervisor !== tasks);
});
