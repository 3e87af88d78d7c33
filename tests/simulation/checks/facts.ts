/**
 * A journal, read: who lived when, what was done to which links, which links were lost.
 *
 * @module
 */
import { type Entry, type Key, lifeOf, nodeOf } from "../journal.ts";
import type { Scenario } from "../scenario.ts";
import { shortRest } from "../sim_node.ts";

/** An entry of one kind. */
export type EntryOf<What extends Entry["what"], One = Entry> = One extends { readonly what: infer Kind }
  ? What extends Kind ? One & { readonly what: What } : never
  : never;

/** What is read from a journal. */
export class Facts {
  readonly scenario: Scenario;
  readonly #byKind = new Map<Entry["what"], Array<Entry>>();
  readonly #born = new Map<Key, EntryOf<"born">>();
  readonly #died = new Map<Key, EntryOf<"died">>();
  readonly #places = new Map<Entry, number>();

  constructor(journal: ReadonlyArray<Entry>, scenario: Scenario) {
    this.scenario = scenario;
    for (const [place, entry] of journal.entries()) {
      this.#places.set(entry, place);
      const known = this.#byKind.get(entry.what);
      if (known === undefined) this.#byKind.set(entry.what, [entry]);
      else known.push(entry);
      if (entry.what === "born") this.#born.set(entry.who, entry);
      if (entry.what === "died") this.#died.set(entry.who, entry);
    }
  }

  /** All entries of a kind. */
  all<What extends Entry["what"]>(what: What): ReadonlyArray<EntryOf<What>> {
    return (this.#byKind.get(what) ?? []) as Array<EntryOf<What>>;
  }

  /** All entries of some kinds, as they happened. */
  inOrder<What extends Entry["what"]>(...kinds: ReadonlyArray<What>): ReadonlyArray<EntryOf<What>> {
    return kinds.flatMap((kind) => this.all(kind)).sort((one, other) =>
      this.#placeOf(one) - this.#placeOf(other)
    );
  }

  /** The entries of some kinds between two others. */
  between<What extends Entry["what"]>(
    first: Entry,
    last: Entry,
    ...kinds: ReadonlyArray<What>
  ): ReadonlyArray<EntryOf<What>> {
    return this.inOrder(...kinds).filter((one) => this.isBefore(first, one) && this.isBefore(one, last));
  }

  /** Whether one thing happened before another. */
  isBefore(one: Entry, other: Entry): boolean {
    return this.#placeOf(one) < this.#placeOf(other);
  }

  #placeOf(entry: Entry): number {
    return this.#places.get(entry) ?? -1;
  }

  /** Who had a name in a life of a node when that happened. */
  holderOf(name: string, life: string, when: Entry): Key | undefined {
    const last = this.inOrder("named", "unnamed")
      .findLast((one) => one.name === name && lifeOf(one.who) === life && this.isBefore(one, when));
    return last?.what === "named" ? last.who : undefined;
  }

  /** Whether a process had any name when that happened. */
  hasName(who: Key, when: Entry): boolean {
    const last = this.inOrder("named", "unnamed").findLast((one) =>
      one.who === who && this.isBefore(one, when)
    );
    return last?.what === "named";
  }

  /** Whether a process had a name at some moment of that time. */
  hadName(who: Key, name: string, from: number, until: number): boolean {
    return this.all("named").some((named) =>
      named.who === who && named.name === name && named.at <= until &&
      !this.all("unnamed").some((one) =>
        one.who === who && one.name === name && this.isBefore(named, one) && one.at < from
      )
    );
  }

  /** Who spawned a process of the scenario's. */
  parentOf(who: Key): Key | undefined {
    return this.#born.get(who)?.parent;
  }

  /** How a process ended, if it has. */
  deathOf(who: Key): EntryOf<"died"> | undefined {
    return this.#died.get(who);
  }

  /** Whether a process was one of the scenario's. */
  isAgent(who: Key): boolean {
    return this.#born.has(who);
  }

  /** Whether something was done, until then, that may break a link between two nodes. */
  isDisturbed(one: string, other: string, until: number): boolean {
    if (one === other) return false;
    return this.all("fault").some((fault) =>
      fault.at <= until &&
      (fault.other === "*"
        ? fault.one === one || fault.one === other
        : (fault.one === one && fault.other === other) || (fault.one === other && fault.other === one))
    );
  }

  /** Whether a life lost its link to a node, or could not make one, in that time. */
  lostLink(life: string, node: string, from: number, until: number): boolean {
    const losses = this.all("linkLost").filter((lost) => lost.life === life);
    // It has left, and has not come back.
    const isOut = losses.filter(({ other, at }) => other === "*" && at <= from).length % 2 === 1;
    return isOut ||
      losses.some((lost) =>
        (isLossOf(lost, node) || lost.other === "nonode") && lost.at >= from && lost.at <= until
      );
  }

  /**
   * Whether `noproc` is a right answer for a process, then: it was over; or its program, which shares its lives with
   * the others of this OS process, had given up the name under which it was asked for.
   */
  isNobody(who: Key, at: number): boolean {
    return (this.deathOf(who)?.at ?? Infinity) <= at || this.endOf(lifeOf(who)) <= at ||
      this.hasLeft(nodeOf(who), at);
  }

  /** Whether a node's program was none for a while, until then. */
  hasLeft(node: string, until: number): boolean {
    return this.all("fault").some(({ one, how, at }) => one === node && how === "leave" && at <= until);
  }

  /** Whether a process lived until all had noticed what happened then. */
  couldNotice(who: Key, at: number): boolean {
    const rest = this.all("rest").find((one) => one.at >= at + shortRest)?.at ?? Infinity;
    return rest < Infinity && this.livedOn(who, rest) && this.endOf(lifeOf(who)) >= rest;
  }

  /** Whether somebody wanted a process that was hired to be ended, until then. */
  isDismissed(who: Key, until: number): boolean {
    return this.all("asked").some(({ text, at }) => text === `dismiss ${who}` && at <= until);
  }

  /** When a life ended, by a crash or in order. */
  endOf(life: string): number {
    return this.all("gone").find((gone) => gone.life === life)?.at ?? Infinity;
  }

  /** Whether a process lived to the end, or until then. */
  livedOn(who: Key, until = Infinity): boolean {
    return (this.deathOf(who)?.at ?? Infinity) >= until;
  }
}

/** Whether a loss is one of the link to that node: a program that is no node has none. */
export const isLossOf = ({ other }: EntryOf<"linkLost">, node: string): boolean =>
  other === node || other === "*";
/** Whether two processes are of one life. */
export const isLocal = (one: Key, other: Key): boolean => lifeOf(one) === lifeOf(other);
/** The node of what is watched or sent to: a process, or a name as `clerk@kate`. */
export const nodeOfTarget = (target: string): string =>
  target.includes("@") ? target.slice(target.indexOf("@") + 1) : nodeOf(target.replace(/^=/, ""));
/** Whether what is watched or sent to is a process, and no name or alias. */
export const isProcess = (target: string): boolean => !target.includes("@") && !isAlias(target);
/** Whether what is sent to is an alias: `=kate/1#5`. */
export const isAlias = (target: string): boolean => target.startsWith("=");
