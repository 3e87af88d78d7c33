/**
 * Waiting for facts: until something is so, or a promise is settled, and never for a time in the hope that it is.
 *
 * @module
 */

/** How long, in milliseconds, a fact may take that never comes. */
const patience = 8_000;

/** A pause after which a fact is looked at again. */
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One turn of the event loop, with its sockets. */
export const turn = (): Promise<void> => pause(0);

/**
 * Resolved once it is so; rejected, with what was awaited, when it never is.
 *
 * @param what What is awaited, in words; a function where only the end knows them.
 * @param isSo Whether it is so.
 * @param longest Milliseconds after which it never will be.
 */
export const eventually = async (
  what: string | (() => string),
  isSo: () => boolean | Promise<boolean>,
  longest = patience,
): Promise<void> => {
  const due = performance.now() + longest;
  for (;;) {
    const answer = isSo();
    // What is so at once costs no turn.
    if (typeof answer === "boolean" ? answer : await answer) return;
    if (performance.now() > due) throw new Error(`never came: ${typeof what === "string" ? what : what()}`);
    await pause(2);
  }
};

/** Resolved as the promise is; rejected, with what was awaited, when that takes too long. */
export const soon = async <A>(what: string, promise: Promise<A>): Promise<A> => {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(new Error(`never came: ${what}`)), patience);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
};
