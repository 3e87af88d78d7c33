/**
 * Registered names: what may be one, and who has it (erlang:register/2).
 *
 * @module
 */
import { BadArg } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { wrongArgument } from "./arguments.ts";
import type { Kernel } from "./kernel.ts";

const reserved: ReadonlySet<string> = new Set(["undefined", "nil", "true", "false"]);

/**
 * Gives a process of this node a name; the problem in words when that cannot be.
 *
 * @param operation What the words say was tried: `Process.register` of these by default.
 */
export const register = (
  kernel: Kernel,
  pid: Pid,
  name: unknown,
  operation = (): string => `Process.register(${inspect(pid)}, ${inspect(name)})`,
): BadArg | undefined => {
  const refuse = (problem: string): BadArg => new BadArg({ operation: operation(), problem });
  if (typeof name !== "string" || name === "" || reserved.has(name)) {
    return refuse(`a registered name is a text that is not empty and not one of ${[...reserved].join(", ")}`);
  }
  if (!(pid instanceof Pid)) return wrongArgument("Process.register", pid, "a pid");
  const entry = kernel.find(pid);
  if (entry === undefined || entry.state !== "running") {
    return refuse(
      pid.home === kernel.life
        ? "the process is not alive"
        : `the process is of another node: register it there`,
    );
  }
  if (entry.name !== undefined) return refuse(`the process has the name ${inspect(entry.name)} already`);
  const owner = kernel.names.get(name);
  if (owner !== undefined) return refuse(`the name is taken by ${inspect(owner.pid)}`);
  kernel.setName(entry, name);
};

/** Frees a name; the problem in words when nobody has it. */
export const unregister = (kernel: Kernel, name: string): BadArg | undefined => {
  const entry = kernel.names.get(name);
  if (entry === undefined) {
    return new BadArg({ operation: `Process.unregister(${inspect(name)})`, problem: "nobody has that name" });
  }
  kernel.clearName(entry);
};
