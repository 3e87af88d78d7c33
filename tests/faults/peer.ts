/**
 * A node in an OS process of its own with all that {@link module:outstanding} asks of it, and a short tick.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Task from "../../src/otp/task.ts";
import * as Process from "../../src/process/process.ts";
import { cookie, Faults, shortTick } from "./modules.ts";
import { Keeper } from "./outstanding.ts";

const name = Deno.args[Deno.args.indexOf("--sname") + 1] ?? "";

await Effect.runPromise(Effect.gen(function* () {
  const isUp = yield* Process.self();
  yield* Process.spawn(Effect.gen(function* () {
    yield* Task.Supervisor.startLink({ name: "Tasks" });
    yield* GenServer.startLink(Keeper, undefined, { name: "Keeper" });
    yield* Process.send(isUp, "up");
    yield* Effect.never;
  }));
  yield* Process.receive();
  yield* Node.start(name, { cookie, modules: [Faults], netTickTime: shortTick });
}));
