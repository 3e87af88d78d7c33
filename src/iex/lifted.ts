/**
 * The library's operations as the shell has them: where they take a term, a pid or a name, they take an Effect
 * too, and run it first. Where an Effect is itself what they work with, `Process.spawn(effect)`, it stays.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import * as Process from "../io/process.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { nameOfFunction } from "../process/modules.ts";
import { kernelOf } from "../process/own_kernel.ts";
import { wrapTerm } from "../protocol/native/wrap.ts";
import { inspect } from "../term/inspect.ts";
import type { Scope } from "./compile.ts";
import { holdsEffect, isEffect, withResults } from "./effects_in_terms.ts";

type AnyFunction = (...args: ReadonlyArray<unknown>) => unknown;

/** Operations that start something: what they are given is work to be done, or describes it. */
const starters = /^(?:spawn|start|async|childSpec|init|layer|define)/;

/**
 * A module of operations, and the modules in it, each function taking Effects for its arguments.
 *
 * @param operations The module.
 */
export const liftAll = (operations: object): Scope => {
  const all: Scope = {};
  for (const [name, value] of Object.entries(operations)) {
    if (isOperation(value)) all[name] = lift(name, value);
    else all[name] = typeof value === "object" && value !== null ? liftAll(value) : value;
  }
  return all;
};

const isOperation = (value: unknown): value is AnyFunction =>
  typeof value === "function" && !/^class\b/.test(String(value));

/**
 * An operation that takes Effects for its arguments, or for parts of them.
 *
 * @param name Its name.
 * @param operation The operation itself.
 */
export const lift = (name: string, operation: AnyFunction): AnyFunction => {
  const checked = operation === Process.send ? checkedSend : operation;
  const lifted: AnyFunction = (...args) => {
    // A function's arguments are terms where it is given by its name: it may run on another node.
    const areTerms = !starters.test(name) || args.some((one) => nameOfFunction(one) !== undefined);
    if (!areTerms || !holdsEffect(args)) return checked(...args);
    return Effect.flatMap(Effect.forEach(args, withResults), (results) => {
      const outcome = checked(...results);
      return isEffect(outcome) ? outcome : Effect.succeed(outcome);
    });
  };
  Object.defineProperty(lifted, "name", { value: name });
  Object.defineProperty(lifted, "length", { value: operation.length });
  return lifted;
};

/** Sends what could be sent to any node, also within this one: a line that works here works there. */
const checkedSend: AnyFunction = (...args) =>
  Effect.withFiber((fiber): AnyEffect => {
    const [to, message] = args;
    const { life } = kernelOf(fiber);
    try {
      wrapTerm(message, "message", life, life);
      return Reflect.apply(Process.send, undefined, args);
    } catch (error) {
      return Effect.fail(
        unsendableIn(`Process.send(${inspect(to)}, ${inspect(message).slice(0, 200)})`, error),
      );
    }
  });
