/**
 * Running a test's body as a process of a kernel of its own, on process fibers or on plain ones.
 *
 * @module
 */
import { Context, Effect, References } from "../deps.ts";
import { CurrentKernel } from "../../src/process/current.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import * as Process from "../../src/io/process.ts";

/** The two kinds of fibers that processes run on. */
export const fiberKinds = ["process fibers", "plain fibers"] as const;

/** Runs `body` as a spawned process of a new kernel, which is ended afterwards; gives the body's result. */
export const runProcess = async <A, E>(
  body: (kernel: Kernel) => Effect.Effect<A, E>,
  fibers: typeof fiberKinds[number] = "process fibers",
): Promise<A> => {
  const kernel = new Kernel({ seams: systemSeams, plainFibers: fibers === "plain fibers" });
  kernel.context = kernel.processContext(Context.make(References.CurrentLoggers, new Set()));
  const program = Effect.gen(function* () {
    let result: { readonly value: A } | undefined;
    const run = Effect.map(body(kernel), (value) => void (result = { value }));
    const [, reference] = yield* Process.spawnMonitor(run);
    const down = yield* Process.receive();
    if (result === undefined) {
      return yield* Effect.die(new Error(`the body of ${reference} ended: ${Deno.inspect(down)}`));
    }
    return result.value;
  });
  try {
    return await Effect.runPromise(program.pipe(
      Effect.provideService(CurrentKernel, kernel),
      Effect.provideService(References.CurrentLoggers, new Set()),
    ));
  } finally {
    kernel.shutDown();
  }
};

/** Defines a test twice: on process fibers, and on plain ones. */
export const onBothFibers = <A, E>(name: string, body: (kernel: Kernel) => Effect.Effect<A, E>): void => {
  for (const fibers of fiberKinds) {
    Deno.test(`${name} (${fibers})`, async () => {
      await runProcess(body, fibers);
    });
  }
};
