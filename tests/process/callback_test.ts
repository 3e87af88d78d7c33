/**
 * Going on after a callback: from the run queue, and never for a process that is to end.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Effect } from "../deps.ts";
import { callback } from "../../src/process/callback.ts";
import * as Process from "../../src/process/process.ts";
import { onBothFibers } from "./support.ts";

onBothFibers(
  "who is called back goes on when whoever called has gone on",
  (kernel) =>
    Effect.gen(function* () {
      const seen: Array<string> = [];
      let callBack: () => void = () => {};
      yield* Process.spawn(Effect.gen(function* () {
        yield* callback<void>((resume) => void (callBack = () => resume(Effect.void)));
        seen.push("the process");
      }));
      yield* Effect.yieldNow;
      callBack();
      seen.push("the caller");
      yield* Effect.yieldNow;
      assertEquals(seen, ["the caller", "the process"]);
      assertEquals(kernel.queue.length, 0);
    }),
);

onBothFibers(
  "a process that is killed in the moment in which it is called back does not go on",
  (kernel) =>
    Effect.gen(function* () {
      const seen: Array<string> = [];
      let callBack: () => void = () => {};
      const pid = yield* Process.spawn(
        Effect.gen(function* () {
          yield* callback<void>((resume) => void (callBack = () => resume(Effect.void)));
          seen.push("it went on");
        }).pipe(Effect.onExit(() => Effect.sync(() => seen.push("its finalizer")))),
      );
      yield* Effect.yieldNow;
      // 1. It is called back; 2. it is killed, before the queue has come to it.
      callBack();
      yield* Process.exit(pid, "kill");
      yield* Effect.yieldNow;
      yield* Effect.yieldNow;
      assertEquals(seen, ["its finalizer"]);
      assertEquals(kernel.find(pid), undefined);
    }),
);
