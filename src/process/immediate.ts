/**
 * Doing an operation in the very moment in which a generator of the process's own fiber yields it.
 *
 * `yield* Process.send(pid, message)` asks the effect for an iterator, inside the running fiber. Where the
 * operation can be done without suspending, it is done there and the iterator is at its end already: the same
 * effect in the same order, without a turn through the fiber's loop, which costs three times the send. In all
 * other cases (another fiber, a failure, a wait, a budget that is used up) the effect is yielded as usual.
 *
 * @module
 */
import { type Effect, Exit, Fiber } from "../deps/effect.ts";
import { type AnyFiber, hostOf, spendOperation } from "../deps/fiber.ts";
import { Entry } from "./entry.ts";

/** The result of a generator's step, and the iterator that gives it: one object, since `yield*` asks at once. */
class Done {
  readonly done = true;
  value: unknown = undefined;

  next(): this {
    return this;
  }
}

const done = new Done();

/** The process's own fiber that runs now and may do one more operation, or `undefined`. */
export const runningFiber = (): AnyFiber | undefined => {
  const fiber = Fiber.getCurrent();
  return fiber !== undefined && hostOf(fiber) !== undefined && spendOperation(fiber) ? fiber : undefined;
};

/** The process whose own fiber that is, or `undefined`. */
export const runningProcess = (): Entry | undefined => {
  const fiber = Fiber.getCurrent();
  if (fiber === undefined) return undefined;
  const host = hostOf(fiber);
  return host instanceof Entry && spendOperation(fiber) ? host : undefined;
};

/** An iterator that is at its end already, with that value. */
export const doneWith = (value: unknown): Iterator<never, unknown> => {
  done.value = value;
  return done;
};

/** An iterator that yields an effect once and gives back its result; one object where Effect's own makes two. */
class Once {
  done = false;
  value: unknown;
  #isAsked = false;

  constructor(effect: unknown) {
    this.value = effect;
  }

  next(result: unknown): this {
    if (this.#isAsked) {
      this.done = true;
      this.value = result;
    }
    this.#isAsked = true;
    return this;
  }
}

/** The iterator of what an operation has come to: at its end already, if that is a success. */
export const stepOf = (effect: Effect.Effect<unknown, unknown>): Iterator<unknown> =>
  Exit.isExit(effect) && Exit.isSuccess(effect) ? doneWith(effect.value) : effect[Symbol.iterator]();

/** Yields an effect as usual. */
export const yieldOnce = (effect: unknown): Iterator<unknown> => new Once(effect);
