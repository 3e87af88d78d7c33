/**
 * How a run writes what differs from run to run by number alone: pids, references, exit reasons.
 *
 * @module
 */
import { Exit, isCrash, isTaggedError } from "../../src/term/errors.ts";
import { type NodeLife, Pid, Reference } from "../../src/term/identifier.ts";
import { isTuple } from "../../src/term/tuple.ts";
import type { Key, MonitorKey } from "./journal.ts";

const nameOf = ({ name, creation }: NodeLife): string => `${name}/${creation}`;

/** The labels of one run. */
export class Labels {
  readonly #lives = new Map<NodeLife, string>();
  readonly #names = new Map<string, string>();

  /** Says how a node's life is written: `kate/2`. */
  add(life: NodeLife, label: string): void {
    this.#lives.set(life, label);
  }

  /** A life gives its name up: whoever hears from it only now has it as another life of the name that it had. */
  leave(life: NodeLife): void {
    this.#names.set(nameOf(life), this.life(life));
  }

  /** `kate/2`; a life that is none of this run's is written as what it is. */
  life(life: NodeLife): string {
    return this.#lives.get(life) ?? this.#names.get(nameOf(life)) ?? `stranger(${life.name})/0`;
  }

  /** `kate/2.104`. */
  pid(pid: Pid): Key {
    return `${this.life(pid.home)}.${pid.number}`;
  }

  /** `kate/2#17`. */
  monitor(life: NodeLife, reference: number): MonitorKey {
    return `${this.life(life)}#${reference}`;
  }

  /** The same of a reference. */
  reference(reference: Reference): MonitorKey {
    return this.monitor(reference.home, reference.number);
  }

  /** An exit reason: a text as it is, an error by its tag, a defect by its message. */
  reason(reason: unknown): string {
    if (typeof reason === "string") return reason;
    if (isCrash(reason)) return `crash ${reason.error.message}`;
    if (isTaggedError(reason)) return `error ${reason._tag}${"id" in reason ? ` ${reason.id}` : ""}`;
    if (isTuple(reason)) return `{${reason.map((part) => this.reason(part)).join(", ")}}`;
    if (reason instanceof Pid) return this.pid(reason);
    if (reason instanceof Reference) return this.reference(reason);
    return String(reason);
  }

  /** A failure: of an `exit`, the reason that it carries. */
  failure(error: unknown): string {
    return error instanceof Exit ? `exit ${this.reason(error.reason)}` : this.reason(error);
  }

  /** What is monitored: a process, or a name on a node as `clerk@kate`. */
  target(target: unknown): string {
    if (target instanceof Pid) return this.pid(target);
    if (Array.isArray(target)) return `${target[0]}@${String(target[1]).replace(/@.*/, "")}`;
    return this.reason(target);
  }
}
