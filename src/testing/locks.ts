/**
 * Locks that the isolates of one OS process share: Deno runs each test file in an isolate of its own, and with
 * `--parallel` several at a time (Web Locks, which Deno's types do not have yet).
 *
 * @module
 */

/** What is used of the Web Locks API's `LockManager`. */
interface LockManager {
  request<A>(
    name: string,
    options: { readonly mode?: "shared" | "exclusive"; readonly ifAvailable?: boolean },
    use: (lock: object | null) => Promise<A>,
  ): Promise<A>;
}

const hasLocks = (value: object): value is { readonly locks: LockManager } => "locks" in value;

/**
 * Runs something that others may do at the same time, or nobody.
 *
 * @param name What is done.
 * @param isShared Whether others who share may do it at the same time.
 * @param use Does it.
 */
export const inTurn = <A>(name: string, isShared: boolean, use: () => Promise<A>): Promise<A> =>
  hasLocks(navigator)
    ? navigator.locks.request(name, { mode: isShared ? "shared" : "exclusive" }, use)
    : use();

/** Gives a name up; done when others can have it. */
export type GiveUp = () => Promise<void>;

/**
 * Takes a name that nobody else has.
 *
 * @param name The name.
 * @returns Gives it up again; `undefined` where somebody has it. It goes with the isolate, too.
 */
export const claim = (name: string): Promise<GiveUp | undefined> => {
  if (!hasLocks(navigator)) return Promise.resolve(() => Promise.resolve());
  const { locks } = navigator;
  return new Promise((resolve, reject) => {
    const held: Promise<void> = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return Promise.resolve();
      }
      return new Promise<void>((release) => {
        resolve(() => {
          release();
          return held;
        });
      });
    });
    held.catch(reject);
  });
};
