/**
 * Which kernel and which process a fiber runs in.
 *
 * @module
 */
import { Context } from "../deps/effect.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";

/** The process that a fiber is part of, where it was forked by a process; never cached by fibers. */
export const CurrentProcess: Context.Reference<Entry | undefined> = Context.Reference(
  "spawnlink/CurrentProcess",
  {
    defaultValue: (): Entry | undefined => undefined,
  },
);

/** The kernel of a region of a program: that of `Node.layer`; `undefined` is this OS process's own. */
export const CurrentKernel: Context.Reference<Kernel | undefined> = Context.Reference(
  "spawnlink/CurrentKernel",
  {
    defaultValue: (): Kernel | undefined => undefined,
  },
);
