/**
 * Waiting for a connection, as an Effect that fails typed.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import { kernelOf } from "../process/own_kernel.ts";
import { NoConnection } from "../term/errors.ts";
import { parseNodeName } from "../term/node_name.ts";
import { runningNode } from "./running.ts";

/** Succeeds at once when there is a connection, or the node is this one. */
export const connected = (node: string, operation: string): Effect.Effect<void, NoConnection> =>
  Effect.withFiber((fiber) => {
    const kernel = kernelOf(fiber);
    const name: unknown = node;
    const parsed = typeof name === "string" ? parseNodeName(name) : { problem: "a node's name is a text" };
    if ("problem" in parsed) {
      const detail = parsed.problem;
      return Effect.fail(new NoConnection({ operation, node: String(name), because: "absent", detail }));
    }
    if (kernel.outbound.isConnected(node)) return Effect.void;
    const own = runningNode(kernel);
    if (own === undefined) {
      const detail = "this program is no node: Node.start comes first";
      return Effect.fail(new NoConnection({ operation, node, because: "not_alive", detail }));
    }
    if (node === kernel.life.name) return Effect.void;
    return callback((resume) => {
      const stopListening = own.connections.connect(node, (failure) => {
        if (failure === undefined) return resume(Effect.void);
        const { because, detail } = failure;
        resume(
          Effect.fail(
            new NoConnection({ operation, node, because, ...detail === undefined ? {} : { detail } }),
          ),
        );
      });
      return Effect.sync(stopListening);
    });
  });
