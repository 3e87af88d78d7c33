/**
 * What a strategy makes of a child's end, as a pure function (supervisor(3), "Supervision Principles").
 *
 * @module
 */

/** What happens to the other children when one is restarted. */
export type Strategy =
  /** Nothing. */
  | "one_for_one"
  /** All are stopped and restarted. */
  | "one_for_all"
  /** Those that were started after it are stopped and restarted. */
  | "rest_for_one";

/** Whether that is a strategy. */
export const isStrategy = (value: unknown): value is Strategy =>
  value === "one_for_one" || value === "one_for_all" || value === "rest_for_one";

/** What is done for a restart, in this order: first all stops, then all starts. */
export interface RestartPlan<Child> {
  /** Who is stopped, last started first. */
  readonly stop: ReadonlyArray<Child>;
  /** Who is started, in the order of their first start. */
  readonly start: ReadonlyArray<Child>;
}

/**
 * What restarting a child means for its neighbours.
 *
 * @param strategy The supervisor's strategy.
 * @param children All children, in the order of their start.
 * @param failed The child that is to be restarted, one of these.
 * @param isTemporary Whether a child is stopped for good.
 * @returns Who is stopped, and who is started then. Whether one runs at all is not asked here.
 */
export const planRestart = <Child>(
  strategy: Strategy,
  children: ReadonlyArray<Child>,
  failed: Child,
  isTemporary: (child: Child) => boolean,
): RestartPlan<Child> => {
  if (strategy === "one_for_one") return { stop: [], start: [failed] };
  const concerned = strategy === "one_for_all" ? children : children.slice(children.indexOf(failed));
  return {
    stop: concerned.filter((child) => child !== failed).reverse(),
    start: concerned.filter((child) => child === failed || !isTemporary(child)),
  };
};
