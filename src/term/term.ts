/**
 * The type of all that travels between processes.
 *
 * @module
 */
import type { Duration, Option, Result } from "../deps/effect.ts";
import type { Atom } from "./atom.ts";
import type { Capture } from "./capture.ts";
import type { Pid, Reference } from "./identifier.ts";

/** A value that can be sent to any process on any node, and arrives as it was. */
export type Term =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Atom
  | Pid
  | Reference
  | Capture
  | (Error & { readonly _tag: string })
  | Option.None<Term>
  | Option.Some<Term>
  | Result.Success<Term, Term>
  | Result.Failure<Term, Term>
  | Duration.Duration
  | ReadonlyArray<Term>
  | ReadonlyMap<Term, Term>
  | ReadonlySet<Term>
  | { readonly [key: string]: Term };
