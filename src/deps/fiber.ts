/**
 * Effect's fiber class, and the one subclass of it on which processes run. All that knows the undocumented
 * parts of a fiber stands here; where they differ from what this file expects, `ProcessFiber` is `undefined`
 * and processes run on plain fibers: slower, still right.
 *
 * @module
 */
import { Context, Effect, type Exit, type Fiber } from "./effect.ts";

/** The parts of a fiber that its public type does not show. */
interface Internals {
  _exit: Exit.Exit<unknown, unknown> | undefined;
  _yielded: (() => void) | undefined;
  _interruptedCause: unknown;
  interruptible: boolean;
  _parent: AnyFiber | undefined;
  _asyncContext: unknown;
  evaluate(effect: AnyEffect): void;
  runLoop(effect: AnyEffect): unknown;
  yieldWith(cleanup: () => void): AnyEffect;
  succeedWith(value: unknown): AnyEffect;
}

/** Any fiber. */
export type AnyFiber = Fiber.Fiber<unknown, unknown>;
/** Any effect, its services provided. */
export type AnyEffect = Effect.Effect<unknown, unknown>;
/** A context, whatever it holds. */
export type AnyContext = Context.Context<never>;

/** What a process fiber belongs to. */
export interface Host {
  /** The fiber's own context, which it starts with, with the host's reference added. */
  contextWithSelf(base: AnyContext): AnyContext;
  /**
   * Called before each time that the fiber goes on: what was to wake it is void. Whether an exit signal has come
   * meanwhile, which then comes first.
   */
  onResume(): boolean;
  /** Called once the fiber and its children have ended. */
  onEnd(exit: Exit.Exit<unknown, unknown>): void;
}

/** A fiber that runs a process: it can be parked and resumed without a closure, and tells its host its end. */
export interface HostedFiber extends AnyFiber {
  /** Whom it belongs to. */
  readonly host: Host;
  /** The context it was made with, when that still is its context. */
  readonly baseContext: AnyContext | undefined;
  /** Goes on with that effect, now, inside the caller. */
  resume(effect: AnyEffect): void;
  /** What a primitive returns to suspend the fiber until it is resumed, or interrupted; `cleanup` runs first. */
  park(cleanup?: () => void): AnyEffect;
  /** What a primitive returns to succeed at once. */
  succeed(value: unknown): AnyEffect;
}

const nothing = (): void => {};
const yieldMark: unknown = Symbol.for("effect/Effect/Yield");
// The class is not exported, and its public type has none of what is overridden here: `probe` below checks both.
const FiberImpl = Effect.runFork(Effect.void).constructor as unknown as new (
  context: AnyContext,
  interruptible?: boolean,
) => AnyFiber & Internals;

const makeProcessFiber = () =>
  class ProcessFiber extends FiberImpl implements HostedFiber {
    // No initializers: the base class's constructor sets the context, and fields would then be undone.
    declare host: Host;
    /** What it was made with. */
    declare _base: AnyContext;
    /** The same with the host's reference, once somebody has asked for it. */
    declare _own: AnyContext | undefined;
    /** Another one, within a region that provides services. */
    declare _other: AnyContext | undefined;

    constructor(base: AnyContext, host: Host) {
      super(base);
      this.host = host;
      this._own = undefined;
      this._other = undefined;
    }

    // A child that is forked inherits its parent's context: the host's reference is added when somebody
    // first reads it, since most processes fork nothing and a context is 200 bytes.
    override get context(): AnyContext {
      // The base class's constructor reads it before there is a host.
      if (this.host === undefined) return this._base;
      return this._other ?? (this._own ??= this.host.contextWithSelf(this._base));
    }
    override set context(context: AnyContext) {
      if (this._base === undefined) this._base = context;
      else this._other = context === this._own ? undefined : context;
    }

    get baseContext(): AnyContext | undefined {
      return this._other === undefined ? this._base : undefined;
    }

    // Every resume comes through here. Effect's own makes an AsyncResource at each suspension.
    override evaluate(effect: AnyEffect): void {
      if (this._exit !== undefined) return;
      if (this.host.onResume()) {
        // 1. An exit signal came; 2. this is resumed before the queue has come to it. Else who is dead would go on.
        const { interruptible } = this;
        this.interruptUnsafe();
        if (interruptible) return;
      }
      const cleanup = this._yielded;
      if (cleanup !== undefined) {
        this._yielded = undefined;
        cleanup();
      }
      const exit = this.runLoop(effect);
      if (exit === yieldMark) return;
      super.evaluate(exit as AnyEffect);
      if (this._exit !== undefined) this.host.onEnd(this._exit);
    }

    resume(effect: AnyEffect): void {
      this.evaluate(effect);
    }

    park(cleanup: () => void = nothing): AnyEffect {
      return this.yieldWith(cleanup);
    }

    succeed(value: unknown): AnyEffect {
      return this.succeedWith(value);
    }
  };

/** Runs a small process through success, failure, suspension and interruption, and compares. */
const behaves = (Candidate: ReturnType<typeof makeProcessFiber>): boolean => {
  const run = (effect: AnyEffect, then: (fiber: HostedFiber) => void = nothing): string => {
    let end = "none";
    const host: Host = {
      contextWithSelf: (base) => base,
      onResume: () => false,
      onEnd: (exit) => end = end === "none" ? exit._tag : "twice",
    };
    const fiber = new Candidate(Context.empty(), host);
    fiber.resume(effect);
    then(fiber);
    return end;
  };
  let resumeLater: (effect: Effect.Effect<number>) => void = nothing;
  const waiting = Effect.callback<number>((resume) => void (resumeLater = resume));
  return run(Effect.succeed(1)) === "Success" &&
    run(Effect.fail("no")) === "Failure" &&
    run(waiting) === "none" &&
    run(waiting, () => resumeLater(Effect.succeed(2))) === "Success" &&
    run(Effect.never, (fiber) => fiber.interruptUnsafe()) === "Failure";
};

const probe = (): ReturnType<typeof makeProcessFiber> | undefined => {
  const methods = [
    "evaluate",
    "runLoop",
    "yieldWith",
    "succeedWith",
    "setContext",
    "interruptUnsafe",
  ] as const;
  try {
    if (!methods.every((name) => typeof Reflect.get(FiberImpl.prototype, name) === "function")) {
      return undefined;
    }
    const Candidate = makeProcessFiber();
    return behaves(Candidate) ? Candidate : undefined;
  } catch {
    return undefined;
  }
};

/** The class of process fibers, or `undefined` where Effect's fibers are not as this file expects. */
export const ProcessFiber: (new (base: AnyContext, host: Host) => HostedFiber) | undefined = probe();

/** The host of a process's own fiber, as long as the fiber runs in the context that it was made with. */
export const hostOf = (fiber: AnyFiber): Host | undefined => {
  const hosted = fiber as Partial<HostedFiber>;
  return hosted.host === undefined || hosted.baseContext === undefined ? undefined : hosted.host;
};

/** Counts an operation against the fiber's budget; whether there is any left before it must yield. */
export const spendOperation = (fiber: AnyFiber): boolean => {
  const counted = fiber as { currentOpCount: number; readonly cache: Fiber.Fiber.Cache };
  return ++counted.currentOpCount < counted.cache.maxOpsBeforeYield;
};

/** Whether a fiber was interrupted, and does not go on with what it waits for. */
export const isInterrupted = (fiber: AnyFiber): boolean => {
  const known = fiber as AnyFiber & Partial<Internals>;
  return known._interruptedCause !== undefined && known.interruptible !== false;
};

/** Whether a fiber is a process's own. */
export const isHosted = (fiber: AnyFiber): fiber is HostedFiber =>
  (fiber as Partial<HostedFiber>).host !== undefined;

/**
 * Makes a plain fiber that has become a process suspend as cheaply as a process's own: without an AsyncResource
 * each time.
 */
export const lighten = (fiber: AnyFiber): void => {
  if (ProcessFiber === undefined || isHosted(fiber) || !("evaluate" in fiber)) return;
  const { evaluate } = FiberImpl.prototype;
  Object.defineProperty(fiber, "evaluate", {
    configurable: true,
    value(this: AnyFiber & Internals, effect: AnyEffect): void {
      // What was captured before is given back by Effect's own, which then comes here again.
      if (this._exit !== undefined || this._asyncContext !== undefined) return evaluate.call(this, effect);
      const cleanup = this._yielded;
      if (cleanup !== undefined) {
        this._yielded = undefined;
        cleanup();
      }
      const exit = this.runLoop(effect);
      if (exit !== yieldMark) evaluate.call(this, exit as AnyEffect);
    },
  });
};

/** The topmost fiber above this one that still runs: the one that forked it, and who forked that. */
export const topFiber = (fiber: AnyFiber): AnyFiber => {
  let top = fiber;
  for (let parent = parentOf(top); parent !== undefined; parent = parentOf(top)) top = parent;
  return top;
};

const parentOf = (fiber: AnyFiber): AnyFiber | undefined =>
  "_parent" in fiber ? (fiber as Internals & AnyFiber)._parent : undefined;
