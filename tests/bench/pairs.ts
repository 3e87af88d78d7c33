/**
 * Pairs of OS processes on loopback, one that serves and one that measures: our nodes, Elixir's, raw sockets.
 *
 * @module
 */
import { freePort } from "../free_port.ts";
import type { Crew, Peer } from "./crew.ts";
import { valueOf } from "./row.ts";

let pairs = 0;

const namesOfPair = (): readonly [server: string, client: string] => {
  const number = ++pairs;
  return [`server${number}@localhost`, `client${number}@localhost`];
};

/** Two of our nodes; the one that measures. */
export const nodePair = async (
  crew: Crew,
  workload: string,
  encryption: "auto" | "always" | "never" = "auto",
): Promise<Peer> => {
  const [server, client] = namesOfPair();
  const mapperPort = String(freePort());
  await crew.deno("server", "node_server.ts", server, mapperPort, encryption);
  return await crew.deno("client", "node_client.ts", client, mapperPort, encryption, workload, server);
};

/** Two Elixir nodes; the one that measures. */
export const beamPair = async (crew: Crew, workload: string): Promise<Peer> => {
  const [server, client] = namesOfPair();
  await crew.beam("server", "remote.exs", ["server"], server);
  return await crew.beam("client", "remote.exs", ["client", workload, server], client);
};

/** Two ends of a socket without any protocol: the limit of the wire; the one that measures. */
export const rawPair = async (crew: Crew, workload: "echo" | "stream"): Promise<Peer> => {
  const server = await crew.deno("server", "raw_server.ts", workload);
  return await crew.deno("client", "raw_client.ts", workload, String(valueOf(server.ready, "port")));
};
